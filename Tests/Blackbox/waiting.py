"""Waiting for something observable, never for luck: a poll with a bound that says what it waited for."""

import time


def eventually(condition, what, seconds=5.0, every=0.01):
    """Polls `condition` until it is truthy and returns its value; fails naming `what` after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(every)
