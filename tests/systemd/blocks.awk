# SPDX-License-Identifier: Apache-2.0
# Takes the blocks of commands out of a page: awk -v to=DIR -f blocks.awk daemon/liftd.8. Each goes to a file of its own,
# DIR/NUMBER-MACHINE-PART.sh, in the order of the page; the page says what the words mean.
/^\.\\" run / {
	wanted = sprintf("%s/%02d-%s-%s.sh", to, ++n, $3, $4)
	next
}
/^\.Bd/ && wanted != "" {
	file = wanted
	wanted = ""
	next
}
/^\.Ed/ {
	if (file != "")
		close(file)
	file = ""
}
file != "" {
	gsub(/\\e/, "\\")
	print >file
}
