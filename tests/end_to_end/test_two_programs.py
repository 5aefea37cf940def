"""Two people's screens, or one person's two, and a push, on one store at once."""

from collections import Counter
from functools import partial

from tests.end_to_end.workplace import Workplace, at, seed, small, synced
from tests.faults.proxy import fault_proxy
from tests.faults.test_killed import POSITION, VERDICT, kept
from tests.phoenix_server import PhoenixServer
from tests.terminal import Terminal

ITEMS = 60


def claims(terminal: Terminal) -> dict[int, str]:
    """The last verdicts of this screen."""
    strip = next(line for line in terminal.lines() if line.startswith(" last "))
    return {int(position): label for position, label in VERDICT.findall(strip)}


def moved(shown: str, lines: list[str]) -> bool:
    """Another item is on the screen, or the end, or a verdict on an item that is done."""
    position, text = POSITION.search(lines[0]), "\n".join(lines)
    return "End of the queue" in text or "Enter next" in text or (position is not None and position[0] not in shown)


def test_two_screens_and_pushes_on_one_store(phoenix: PhoenixServer, work: Workplace) -> None:
    project = seed(phoenix, small(ITEMS))
    with fault_proxy(phoenix.port) as proxy:
        work.run("pull", proxy.url, "--project", project, "--rubric", work.rubric())
        review = ("--project", project)
        with work.review(proxy.url, *review) as one, work.review(proxy.url, *review, size=(80, 24)) as two:
            screens = (one, two)
            for screen in screens:
                screen.wait_for(lambda lines: f"/ {ITEMS} " in lines[0])
                screen.wait_for(synced)
            two.send("i")
            two.wait_for("Items")
            two.send(f"{ITEMS // 2}\r")
            two.wait_for(at(ITEMS // 2, ITEMS))
            pushes = [work.start("push")]
            done: dict[int, str] = {}
            for turn in range(2 * ITEMS):
                for number, screen in enumerate(screens):
                    if "End of the queue" in screen.text():
                        continue
                    shown = screen.lines()[0]
                    screen.send({4: "j", 8: "k"}.get(turn) or "12"[(turn + number) % 2])
                    screen.wait_for(partial(moved, shown))
                    done |= claims(screen)
                    while "Enter next" in screen.text():  # the other screen had judged it meanwhile: replaced, and it stays
                        screen.send("\r")
                        screen.read_for(0.11)  # sooner, it is a held Enter
                if turn in (5, 15):
                    pushes.append(work.start("push"))
                if all("End of the queue" in screen.text() for screen in screens):
                    break
            for screen in screens:
                assert "NOT SAVED" not in screen.text()
                screen.wait_for(synced)
                screen.leave()
            for push in pushes:
                out, err = push.communicate(timeout=60)
                assert (push.returncode, err) == (0, ""), out + err
        work.run("push")
        here = {position: label for position, (state, label) in kept(work).items() if state == "done"}
        assert len(here) == ITEMS
        assert {position: here[position] for position in done} == done
        sent = Counter((row["span_id"], row["name"], row["identifier"], row["result"]["label"]) for row in proxy.posted)
        assert max(sent.values()) == 1, "a row went twice"
    rows = phoenix.annotations(project)
    assert max(Counter((row["span_id"], row["name"], row["identifier"]) for row in rows).values()) == 1
    assert {row["span_id"]: row["result"]["label"] for row in rows} == work.judged()
    assert work.outbox() == (0, 0)
