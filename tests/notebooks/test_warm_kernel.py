"""A warm kernel is an ipykernel: the conformance suite, what notebooks show, and what a process
finds around it.
"""

import contextlib
import json
import os
import queue
import subprocess
import sys
from pathlib import Path

import jupyter_kernel_test
import nbformat
import pytest
from tests.small_runs import book
from tests.warm import NEEDED, SECONDS, private_runtime
from tests.warm import kernel as started

from ca_research import kernels
from ca_research.kernels.provisioner import WarmProcess

pytestmark = NEEDED
BOTH = (kernels.ORDINARY, kernels.NAME)


@pytest.fixture(scope="module", autouse=True)
def runtime():
    """A server of this module's own, gone at the end."""
    with private_runtime() as folder:
        yield folder


@pytest.fixture(params=BOTH)
def kernel(request):
    with started(request.param) as one:
        yield one


# the conformance suite


class TestConformance(jupyter_kernel_test.KernelTests):
    """The suite of Jupyter, with what it needs to know about IPython."""

    kernel_name = kernels.NAME
    language_name = "python"
    file_extension = ".py"
    code_hello_world = "print('hello, world')"
    code_stderr = "import sys; print('test', file=sys.stderr)"
    code_page_something = "zip?"
    code_generate_error = "raise"
    code_execute_result = (
        {"code": "1+2+3", "result": "6"},
        {"code": "[n*n for n in range(3)]", "result": "[0, 1, 4]"},
    )
    code_display_data = (
        {
            "code": "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()",
            "mime": "image/png",
        },
    )
    completion_samples = (
        {"text": "zi", "matches": {"zip"}},
        {"text": "print(no_such_na", "matches": set()},
    )
    complete_code_samples = ("1", "print('a')", "def f(x):\n  return x*2\n\n\n")
    incomplete_code_samples = ("print('''a", "def f(x):\n  x*2")
    invalid_code_samples = ("import = 7q",)
    code_history_pattern = "1?2*"
    supported_history_operations = ("tail", "search")  # IPython calls the session at hand 0
    code_inspect_sample = "zip"
    code_clear_output = "from IPython.display import clear_output; clear_output()"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        assert isinstance(cls.km.provisioner.process, WarmProcess)
        # the suite waits a tenth of a second for the next message, which a busy machine may miss
        cls.now = staticmethod(cls.kc.iopub_channel.get_msg)
        cls.kc.iopub_channel.get_msg = lambda timeout=None: cls.now(timeout=SECONDS)

    def flush_channels(self):
        for get in (self.kc.shell_channel.get_msg, self.now):
            with contextlib.suppress(queue.Empty):
                while True:
                    jupyter_kernel_test.validate_message(get(timeout=0.1))


class TestWelcome(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = kernels.NAME
    support_iopub_welcome = True


# what notebooks show

CELLS = (
    "import numpy as np, pandas as pd, statsmodels.api as sm, pyfixest as pf, matplotlib.pyplot "
    "as plt, seaborn as sns",
    "rng = np.random.default_rng(1)\n"
    "frame = pd.DataFrame({'x': rng.normal(size=500), 'g': rng.integers(0, 9, 500)})\n"
    "frame['y'] = 2 * frame.x + frame.g + rng.normal(size=500)\nframe.head()",
    "print(repr(float(sm.OLS(frame.y, sm.add_constant(frame.x)).fit().params['x'])))",
    "print(repr(float(pf.fepois('n ~ x | g', "
    "frame.assign(n=rng.poisson(np.exp(frame.x)))).coef()['x'])))",
    "frame.plot.scatter('x', 'y');",
    "fig, ax = plt.subplots(); ax.plot([1, 2]); plt.show(); sns.histplot(frame.y);",
    "plt.figure(); plt.plot([3]); fig2 = plt.figure(); plt.plot([4]);",
    "import ca_research as ca\nca.claim('C30')",
    "ca.claim('C30').rule.splitlines()[0]",
)
FIGURES = {4: 1, 5: 2, 6: 2}
"""Figures that each cell shows, counted by hand."""


def shown(book):
    """How many figures each cell shows, and all else."""
    cells = []
    for cell in book.cells:
        data = [o.get("data", {"text": o.get("text")}) for o in cell.outputs]
        rest = [{k: d[k] for k in ("text", "text/html") if k in d} for d in data]
        cells.append((sum("image/png" in d for d in data), [d for d in rest if d]))
    return cells


def by_nbclient(name, folder):
    from nbclient import NotebookClient

    where = {"metadata": {"path": folder}}
    return NotebookClient(
        book(*CELLS), kernel_name=name, timeout=SECONDS, resources=where
    ).execute()


def by_papermill(name, folder):
    import papermill

    nbformat.write(book(*CELLS), folder / "in.ipynb")
    file = str(folder / "in.ipynb")
    return papermill.execute_notebook(
        file, None, kernel_name=name, progress_bar=False, cwd=str(folder)
    )


@pytest.mark.parametrize("way", [by_nbclient, by_papermill])
def test_a_notebook_shows_the_same_on_both_kernels(way, tmp_path):
    ordinary, warm = (shown(way(name, tmp_path)) for name in BOTH)
    assert warm == ordinary
    assert {i: count for i, (count, _) in enumerate(warm) if count} == FIGURES
    assert "declared" in warm[7][1][0]["text/html"], "the display hooks are registered"
    assert float(warm[2][1][0]["text"]) == pytest.approx(2, abs=0.5)


# a process like any other

FACTS = r"""
import json, os, sys, locale, logging, resource, tempfile, threading, time, asyncio
import pandas as pd, numpy as np, pyarrow as pa, matplotlib as mpl, tqdm.auto, decimal
status = dict(line.split(":\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\t" in line)
main = sys.modules["__main__"]
facts = dict(
    path=sys.path, argv=[sys.argv[0], sys.argv[1]], flags=str(sys.flags), options=[sys.warnoptions, sys._xoptions],
    cwd=os.getcwd(), env={k: v for k, v in os.environ.items()}, umask=status["Umask"],
    signals=[status[k] for k in ("SigBlk", "SigIgn", "SigCgt")], nice=os.getpriority(os.PRIO_PROCESS, 0),
    limits={n: resource.getrlimit(getattr(resource, n)) for n in dir(resource) if n.startswith("RLIMIT_")},
    processors=sorted(os.sched_getaffinity(0)), leads=[os.getsid(0) == os.getpid(), os.getpgrp() == os.getpid()],
    locale=locale.setlocale(locale.LC_ALL), zone=time.tzname, temp=tempfile.gettempdir(),
    streams=[[s.encoding, s.errors, s.line_buffering, s.write_through] for s in (sys.__stdout__, sys.__stderr__)],
    files=sorted(os.path.realpath(f"/proc/self/fd/{n}") for n in (1, 2)),
    threads=sorted(t.name.split("-")[0] for t in threading.enumerate() if "Poller" not in type(t).__name__),
    root=[str(type(h)) for h in logging.getLogger().handlers] + [logging.getLogger().level],
    settings={k: str(v) for k, v in dict.items(mpl.rcParams)}, backend=mpl.get_backend(),
    bars=tqdm.auto.tqdm.__mro__[0].__module__, numbers=[str(np.geterr()), str(decimal.getcontext())],
    arrow=[pa.cpu_count(), pa.io_thread_count(), pa.default_memory_pool().backend_name], frames={k: repr(pd.get_option(k)).lower() for k in pd._config.config._registered_options},
    main=[sorted(k for k in vars(main) if k.startswith("__")), str(main.__spec__)], policy=str(type(asyncio.get_event_loop_policy())),
    recursion=sys.getrecursionlimit(), trace=sys.gettrace() is None,
)
print(json.dumps(facts))
"""


def test_a_forked_process_finds_what_a_started_one_finds(tmp_path, monkeypatch):
    monkeypatch.setenv("CA_RESEARCH_REPORTS", "/somewhere")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    found = []
    for name in BOTH:
        with started(name, cwd=str(tmp_path)) as kernel:
            found.append(json.loads(kernel.run(FACTS)))
    ordinary, warm = found
    by_imports = warm["env"].keys() - ordinary["env"].keys()  # libraries that FACTS does not import
    assert by_imports <= {
        "KMP_INIT_AT_FORK",
        "PYARROW_IGNORE_TIMEZONE",
        "SPARK_LOCAL_IP",
        "PYDEVD_USE_FRAME_EVAL",
    }
    warm["env"] = {k: v for k, v in warm["env"].items() if k not in by_imports}
    assert warm == ordinary
    assert warm["cwd"] == warm["temp"] == str(tmp_path)


LIMITED = """
import os, resource, sys
os.umask(0o027); resource.setrlimit(resource.RLIMIT_FSIZE, (5000000, 6000000)); os.nice(3)
from tests.warm import kernel
with kernel() as one:
    print(one.run("import os, resource\\nprint(oct(os.umask(0)), resource.getrlimit(resource.RLIMIT_FSIZE), "
      "os.getpriority(os.PRIO_PROCESS, 0))"))
    one.run("os.system('echo raw output'); os.write(2, b'raw error\\\\n');")
"""


def test_limits_of_the_client_bind_its_kernel_and_no_other(monkeypatch, tmp_path):
    """A server that was begun under `ulimit -f` was handed to later clients."""
    code = "import resource; print(resource.getrlimit(resource.RLIMIT_FSIZE))"
    words = [sys.executable, "-c", LIMITED]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("0o27 (5000000, 6000000) ")
    assert "raw output" in done.stdout and "raw error" in done.stderr, "captured, as ipykernel does"
    with started() as warm, started(kernels.ORDINARY) as ordinary:
        assert warm.run(code) == ordinary.run(code) != "(5000000, 6000000)"


def test_two_kernels_share_no_random_numbers():
    draw = (
        "import random, numpy as np, multiprocessing, uuid, tempfile\n"
        "print(random.random(), np.random.random(), np.random.default_rng().random(), "
        "uuid.uuid4(), "
        "multiprocessing.current_process().authkey.hex(), tempfile.mktemp())"
    )
    with started() as one, started() as other:
        a, b = one.run(draw).split(), other.run(draw).split()
    assert len(a) == 6 and not set(a) & set(b)


def test_what_the_imports_read_of_the_project_is_in_the_fingerprint():
    """Else a server would go on with a file that has changed. Files of the registry are remembered
    by their own marks (`test_remember`), but for the one that the imports read.
    """
    code = """
import os, sys
from pathlib import Path
opened = set()
def note(event, args):
    if event == "open" and isinstance(args[0], str):
        opened.add(args[0])
sys.addaudithook(note)
from ca_research.kernels import place, stack
from ca_research import paths
import ca_research
stack.load()
known = {str(f) for f in place.files(os.environ)}
homes = str(paths.home()), str(place.PACKAGE)
read = {str(Path(f).absolute()) for f in opened if "__pycache__" not in f}
read = {f for f in read if f.startswith(homes) and not f.startswith(sys.prefix + os.sep)}
remembered = {f for f in read if f.startswith(str(paths.registry_dir())) and f not in known}
print(*[f for f in read - remembered if not f.endswith(".py")])
print(read - remembered - known, "_hooks" in vars(ca_research), [m for m in sys.modules if "backend_inline" in m])
"""
    from ca_research.kernels import stack

    words = [sys.executable, "-c", code]
    env = stack.environment(dict(os.environ))
    read, state = subprocess.check_output(words, env=env, text=True).splitlines()[-2:]
    assert Path(read).name == "economies.csv", "the hook sees what is read"
    assert state == "set() False []"


# what a client does with a kernel


def test_an_interrupt_stops_the_cell_and_nothing_else(kernel):
    kernel.run(
        "import subprocess; other = subprocess.Popen(['sleep', '600'], start_new_session=True); "
        "kept = 5"
    )
    message = kernel.client.execute(
        "import time\nprint('now', flush=True)\nwhile True: time.sleep(0.01)"
    )
    while kernel.client.get_iopub_msg(timeout=SECONDS)["msg_type"] != "stream":
        pass
    kernel.manager.interrupt_kernel()
    reply = kernel.client.get_shell_msg(timeout=SECONDS)
    assert (
        reply["parent_header"]["msg_id"] == message
        and reply["content"]["ename"] == "KeyboardInterrupt"
    )
    while kernel.client.get_iopub_msg(timeout=SECONDS)["content"].get("execution_state") != "idle":
        pass
    assert kernel.run("print(kept, other.poll()); other.kill()") == "5 None"


def test_a_cell_can_ask(kernel):
    asked = []

    def answer(message):
        asked.append(message["content"]["prompt"])
        kernel.client.input("an answer")

    reply, sent = kernel.messages(
        "print(input('a question '))", allow_stdin=True, stdin_hook=answer
    )
    assert reply["status"] == "ok" and asked == ["a question "]
    assert [m["content"]["text"] for m in sent] == ["an answer\n"]


def test_workers_of_a_kernel_work(kernel):
    code = (
        "from joblib import Parallel, delayed\nprint(sum(Parallel(2)(delayed(pow)(i, 2) for i in "
        "range(4))))"
    )
    assert kernel.run(code).splitlines()[-1] == "14"
    assert (
        kernel.run(
            "import multiprocessing as m\nwith m.get_context('fork').Pool(2) as p: "
            "print(p.map(abs, [-1, -2]))"
        )
        == "[1, 2]"
    )


def test_threads_of_the_libraries_run_in_a_kernel(kernel):
    code = (
        "import duckdb, numpy as np, pyarrow as pa, pyarrow.compute as pc, threading\n"
        "print(duckdb.sql('select sum(range) from range(100000)').fetchall()[0][0], "
        "pc.sum(pa.array(range(1000))).as_py())\n"
        "pa.Table.from_pydict({'a': list(range(9))}).to_pandas(use_threads=True)\n"
        "print(round(float(np.linalg.norm(np.ones((400, 400)) @ np.ones((400, 400)))), 6))"
    )
    assert kernel.run(code).split() == ["4999950000", "499500", "160000.0"]


LEAVES = """
import atexit, pathlib, tempfile, threading, time
folder = pathlib.Path({folder!r})
atexit.register((folder / "exit handler").write_text, "ran")
held = open(folder / "open file", "w"); held.write("written")
scratch = tempfile.NamedTemporaryFile(dir=folder, prefix="scratch")
folder_too = tempfile.TemporaryDirectory(dir=folder, prefix="scratch")
class Last:
    def __init__(self, file): self.file = file
    def __del__(self): self.file.write_text("let go")
last = Last(folder / "object")
class Cycle(Last):
    def __init__(self, file): self.file, self.itself = file, self
Cycle(folder / "object in a circle")
def late(file, wait=time.sleep): wait(0.5); file.write_text("waited for")
threading.Thread(target=late, args=(folder / "thread",)).start()
Last(folder / "output")
"""


def test_what_a_notebook_leaves_open_is_written_and_let_go(kernel, tmp_path):
    kernel.run(LEAVES.format(folder=str(tmp_path)))
    process = kernel.process
    # after half of it a signal follows; a kernel that waits for threads that have ended takes ten
    kernel.manager.shutdown_wait_time = 16
    kernel.manager.shutdown_kernel()
    assert process.poll() is not None
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {
        "exit handler": "ran",
        "open file": "written",
        "object": "let go",
        "object in a circle": "let go",
        "output": "let go",
        "thread": "waited for",
    }
