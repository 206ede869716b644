"""Work that can be stopped between any two of its steps and go on later, or never: one thread, of which one runs."""

from collections.abc import Callable
from threading import Lock, Thread


class Killed(BaseException):
    """The process is gone: nothing catches this, as nothing catches kill -9."""


class Fiber:
    """`work` in a thread that goes on only while `resume` waits for it, so that all happens in one order."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._go, self._back = Lock(), Lock()
        self._go.acquire()
        self._back.acquire()
        self.is_over = False
        self.is_doomed = False
        self.fault: BaseException | None = None
        Thread(target=self._run, daemon=True).start()

    def resume(self) -> None:
        """Lets it go on to its next pause, or its end."""
        self._go.release()
        self._back.acquire()

    def pause(self) -> None:
        """From within: lets the others go on. Raises Killed."""
        self._back.release()
        self._go.acquire()
        self.check()

    def check(self) -> None:
        """From within: raises Killed if it is to die; whatever it tries on its way out is stopped by it too."""
        if self.is_doomed:
            raise Killed

    def kill(self) -> None:
        """Ends it where it stands."""
        self.is_doomed = True
        if not self.is_over:
            self.resume()

    def _run(self) -> None:
        self._go.acquire()
        try:
            self.check()
            self._work()
        except Killed:
            pass
        except BaseException as fault:  # noqa: BLE001 -- told to whoever runs the schedule
            self.fault = fault
        finally:
            self.is_over = True
            self._back.release()
