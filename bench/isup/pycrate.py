"""pycrate.py HEX SECONDS: decode and encode of an IAM by pycrate, per second of CPU time."""

import json
import sys
import time

from pycrate_mobile.ISUP import parse_ISUP

RUNS = 5
BATCH = 20


def per_cpu_second(work, seconds):
    """The best of some runs."""
    best = 0
    for _ in range(RUNS):
        until = time.monotonic() + seconds / RUNS
        start = time.process_time()
        done = 0
        while time.monotonic() < until:
            for _ in range(BATCH):
                work()
            done += BATCH
        best = max(best, done / (time.process_time() - start))
    return round(best)


# pycrate has the CIC in front.
octets = bytes.fromhex("0100" + sys.argv[1])
seconds = float(sys.argv[2])
message, fault = parse_ISUP(octets)
if fault or message.to_bytes() != octets:
    raise ValueError("pycrate reads another message")
print(json.dumps({"decode": per_cpu_second(lambda: parse_ISUP(octets), seconds),
                  "encode": per_cpu_second(message.to_bytes, seconds)}))
