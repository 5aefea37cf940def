"""What `show` prints around a trace: the session's turns, annotations, the span tree."""

from pathlib import Path

from tests.cli.program import Program
from tests.recorded import FOLDER, traces


def test_turns_annotations_and_tree(tmp_path: Path) -> None:
    program = Program(tmp_path)
    program.run("pull", str(FOLDER / "langchain-langgraph.phoenix-spans.jsonl.gz"), "--as", "ada")
    rag = traces("langchain-langgraph")[1]
    root = rag.spans[0]
    program.run("annotate", root.span_id, "correctness=fail", "--explanation", "too\nshort", "--as", "ada").done()
    shown = program.run("show", rag.trace_id).done().out
    assert "USER  turn 1\nCan I return an opened climbing rope?" in shown and "turn 2 of 3" in shown
    assert "1 later turn of this session" in shown
    assert "ANNOTATIONS\ncorrectness  fail  0  span rag_chain  HUMAN annotator:ada\n  too\n  short\n" in shown
    tree = shown[shown.index("TREE\n") :].splitlines()
    assert tree[1].startswith("chain  rag_chain") and len(tree) == 11 and "      retriever  VectorStoreRetriever" in tree[4]
    assert "ANNOTATIONS" not in program.run("show", rag.spans[2].span_id).done().out
