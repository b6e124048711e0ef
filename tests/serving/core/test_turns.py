from __future__ import annotations

import sys
import threading

from modelx.serving import turns


def test_threads_take_shorter_turns_for_as_long_as_one_asks_for_it():
    usual = sys.getswitchinterval()
    with turns.short():
        assert sys.getswitchinterval() < usual
        with turns.short():
            pass
        assert sys.getswitchinterval() < usual
    assert sys.getswitchinterval() == usual


def test_the_last_one_to_leave_gives_the_usual_turns_back():
    usual = sys.getswitchinterval()
    inside, leave = threading.Barrier(5), threading.Event()

    def work():
        with turns.short():
            inside.wait(30)
            leave.wait(30)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    inside.wait(30)
    assert sys.getswitchinterval() < usual
    leave.set()
    for thread in threads:
        thread.join()
    assert sys.getswitchinterval() == usual


def test_turns_that_are_shorter_already_stay_so():
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with turns.short():
            assert sys.getswitchinterval() <= 2e-5
    finally:
        sys.setswitchinterval(usual)
