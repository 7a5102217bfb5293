# SPDX-License-Identifier: Apache-2.0
"""Events: what is taken, and what the errors say."""

import dataclasses
import datetime
import unittest
from typing import Any, Dict, List
from zoneinfo import ZoneInfo

import lift

WHOLE: Dict[str, Any] = {
    "type": "started",
    "time": 1760428800000,
    "learner": "u-1041",
    "module": "first-aid",
    "region": "1820",
}


def event(**other: Any) -> lift.Event:
    return lift.Event(**{**WHOLE, **other})


class Events(unittest.TestCase):
    def refused(self, code: str, says: str, **other: Any) -> None:
        with self.assertRaises(lift.EventError) as raised:
            event(**other)
        self.assertIsInstance(raised.exception, ValueError)
        self.assertEqual(raised.exception.code, code)
        self.assertIn(says, str(raised.exception))

    def test_a_time_is_cut_to_milliseconds_and_not_rounded(self) -> None:
        for text, ms in [
            ("2025-10-14T08:00:00.000999+00:00", 1760428800000),
            ("2025-10-14T10:00:00.001999+02:00", 1760428800001),
            ("2025-10-14T07:59:59.999999+00:00", 1760428799999),
        ]:
            time = datetime.datetime.fromisoformat(text)
            self.assertEqual(event(time=time).time_ms, ms)

    def test_a_time_of_a_place_is_that_of_its_clock(self) -> None:
        time = datetime.datetime(2025, 10, 14, 10, tzinfo=ZoneInfo("Europe/Oslo"))
        self.assertEqual(event(time=time).time_ms, 1760428800000)

    def test_errors_say_what_was_expected(self) -> None:
        naive = datetime.datetime(2025, 10, 14)
        self.refused("type", "must be started, completed", type="finished")
        self.refused("time", "must have a time zone", time=naive)
        self.refused("time", "these look like seconds", time=1760428800)
        self.refused("time", "whole milliseconds", time=1760428800000.0)
        self.refused("time", "whole milliseconds", time=True)
        self.refused("learner", "1 to 256 bytes, not int: write learner=str(...)", learner=7)
        self.refused("learner", "not of 0", learner="")
        self.refused("learner", "not of 258", learner="å" * 129)
        self.refused("value", "UTF-8", learner="\ud800")
        self.refused("module", "1 to 400", module="m" * 401)
        self.refused("region", "1 to 64", region=None)
        self.refused("attrs", "16 at most, not 17", attrs={str(i): "" for i in range(17)})
        self.refused("attrs", "'role'", attrs={"role": 1})
        self.refused("result", "score or passed", type="assessed")
        self.refused("score", "from 0 to 1, not 85", type="assessed", score=85)
        self.refused("score", "from 0 to 1, not 1.0001", type="assessed", score=1.0001)
        self.refused("value", "NaN", type="assessed", score=float("nan"))
        self.refused("passed", "True or False, not 1", type="assessed", passed=1)
        self.refused("phase", "pre or post", type="assessed", score=1, phase="mid")
        self.refused("minutes", "needs minutes", type="attended")
        self.refused("minutes", "1 to 10080, not 0", type="attended", minutes=0)
        self.refused("state", "applied, waiting or admitted", type="enrolled", state="new")
        self.refused("valid-until", "YYYY-MM-DD", type="completed", valid_until="14.10.2025")
        self.refused("valid-until", "from 2000", type="completed", valid_until="1999-12-31")
        self.refused("voids", "needs voids", type="voided")

    def test_what_a_type_has_no_use_for_is_an_error_and_not_lost(self) -> None:
        self.refused("score", "score is for assessed, not for completed", type="completed", score=1)
        self.refused("minutes", "minutes is for attended", type="completed", minutes=5)

    def test_what_a_voiding_names_is_checked(self) -> None:
        others: List[Dict[str, Any]] = [{"type": "voided"}, {"type": "assessed", "score": 7}]
        for other in others:
            with self.assertRaises(lift.EventError) as raised:
                lift.Voids(**other)
            self.assertEqual(raised.exception.code, "voids")

    def test_a_score_is_kept_in_ten_thousandths(self) -> None:
        for score, sent in [(0.85, 0.85), (0.123449, 0.1234), (1.0000000000000002, 1.0), (1, 1.0)]:
            self.assertEqual(event(type="assessed", score=score).to_map()["score"], sent)

    def test_an_event_cannot_change(self) -> None:
        with self.assertRaises(dataclasses.FrozenInstanceError):
            event().learner = "another"  # type: ignore[misc]

    def test_a_day_may_be_a_date_and_for_ever_is_one_day(self) -> None:
        for day, sent in [
            (datetime.date(2027, 6, 1), "2027-06-01"),
            ("2027-06-01", "2027-06-01"),
            ("2151-01-01", "2151-01-01"),
            ("9999-12-31", "2151-01-01"),
        ]:
            made = event(type="completed", valid_until=day)
            self.assertEqual(made.to_map()["valid_until"], sent)


if __name__ == "__main__":
    unittest.main()
