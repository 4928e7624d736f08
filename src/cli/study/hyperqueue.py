import os, sys
from hyperqueue import Client, Job
from hyperqueue.output import StdioDef
forecourt, study, out, log, name, tasks = sys.argv[1:]
job = Job(name=name, max_fails=None)
def task(label, what, *more, deps=(), told=None):
    words = [forecourt, "study", what, study, *more, "--out", out, "--threads", "1", "--quiet"]
    faults = StdioDef.remove_if_finished(f"{log}/{label}.txt")
    return job.program(words, stdout=told, stderr=faults, deps=deps)
parts = [task(k, "shard", "--part", f"{k}/{tasks}") for k in range(1, int(tasks) + 1)]
task("merge", "merge", deps=parts, told=f"{log}/comparison.txt")
try:
    print(Client(os.environ.get("HQ_SERVER_DIR")).submit(job).id)
except Exception as fault:
    sys.exit(str(fault).split("\n\nStack backtrace")[0])
