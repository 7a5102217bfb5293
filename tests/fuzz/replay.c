/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fuzz target without its fuzzer: run it on files, each in a process of its own.
 *
 * `replay FILE...` runs them; `replay --to DIR FILE...` writes them to DIR as the bytes that they
 * stand for. A file whose name ends in .hex holds its bytes as one line of hex.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

enum { INPUT_MAX = 4 << 20, SECONDS_MAX = 5 /* for one input */ };

struct input {
	uint8_t *data; /* exactly as large as it is: whoever reads behind its end is seen */
	size_t size;
};

__attribute__((noreturn)) static void die(const char *path, const char *what)
{
	fprintf(stderr, "%s: %s\n", path, what);
	exit(1);
}

/* In place: two digits become one byte. */
static void decode_hex(const char *path, struct input *input)
{
	size_t n = 0;

	while (input->size > 0 && input->data[input->size - 1] == '\n')
		input->size--;
	for (; 2 * n < input->size; n++) {
		char digits[3] = { (char)input->data[2 * n], 0, 0 }, *end;

		if (2 * n + 1 < input->size)
			digits[1] = (char)input->data[2 * n + 1];
		input->data[n] = (uint8_t)strtoul(digits, &end, 16);
		if (end != digits + 2)
			die(path, "this is no hex");
	}
	input->size = n;
}

static struct input read_input(const char *path)
{
	static const char hex[] = ".hex";
	FILE *file = fopen(path, "rb");
	struct input input = { malloc(INPUT_MAX), 0 };
	size_t length = strlen(path), end = sizeof(hex) - 1;
	uint8_t *data;

	if (!file || !input.data)
		die(path, "it cannot be read");
	input.size = fread(input.data, 1, INPUT_MAX, file);
	if (ferror(file) || input.size == INPUT_MAX)
		die(path, "it cannot be read, or is too large");
	fclose(file);
	if (length > end && strcmp(path + length - end, hex) == 0)
		decode_hex(path, &input);
	data = malloc(input.size ? input.size : 1);
	if (!data)
		die(path, "out of memory");
	memcpy(data, input.data, input.size);
	free(input.data);
	input.data = data;
	return input;
}

static void write_input(const char *directory, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct input input = read_input(path);
	char to[4096];
	FILE *file;

	snprintf(to, sizeof(to), "%s/%s", directory, slash ? slash + 1 : path);
	file = fopen(to, "wb");
	if (!file || fwrite(input.data, 1, input.size, file) != input.size || fclose(file) != 0)
		die(to, "it cannot be written");
	free(input.data);
}

/* In a child, so that one input that breaks does not hide the others. */
static bool run(const char *path)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		struct input input = read_input(path);

		alarm(SECONDS_MAX);
		LLVMFuzzerTestOneInput(input.data, input.size);
		free(input.data);
		exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		die(path, "no process for it");
	if (status != 0)
		fprintf(stderr, "FAILED: %s\n", path);
	return status == 0;
}

int main(int argc, char **argv)
{
	bool converts = argc > 2 && strcmp(argv[1], "--to") == 0;
	int passed = 0, failed = 0;

	if (converts) {
		for (int i = 3; i < argc; i++)
			write_input(argv[2], argv[i]);
		return 0;
	}
	for (int i = 1; i < argc; i++)
		if (run(argv[i]))
			passed++;
		else
			failed++;
	printf("%d passed, %d failed\n", passed, failed);
	return failed > 0 || passed == 0;
}
