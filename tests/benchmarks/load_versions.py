"""Does every version of ``datasets`` open an export? Each in an environment of its own.

    python tests/benchmarks/load_versions.py [EXPORT] [VERSION…]

Exports the corpus of this repository (or takes the directory EXPORT), makes a virtual environment for each version (2.14.7, 3.6.0
and 5.2.0, unless others are named), opens every config and split there, whole and streaming, and compares what comes out: the
names of columns and labels, the rows, the values. Prints a table; exits with 1 unless all versions agree.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]

# what a version wants beside it that it does not say: 2.14 was made before numpy 2, and before fsspec changed its globs
VERSIONS = {
    "2.14.7": ("numpy<2", "fsspec==2023.9.2", "pyarrow<21", "huggingface_hub<0.25"),
    "3.6.0": ("pyarrow<21",),
    "5.2.0": (),
}

PROBE = """
import hashlib, json, sys, warnings
warnings.simplefilter("ignore")
import datasets
from datasets import get_dataset_config_names, load_dataset
datasets.disable_progress_bars() if hasattr(datasets, "disable_progress_bars") else None
root = sys.argv[1]

def plain(feature):
    if isinstance(feature, datasets.ClassLabel):
        return ["class", feature.names]
    if isinstance(feature, datasets.Value):
        return feature.dtype
    if isinstance(feature, dict):
        return {name: plain(feature[name]) for name in sorted(feature)}
    if isinstance(feature, list):
        return [plain(feature[0])]
    return [plain(feature.feature)]

found = {}
for config in get_dataset_config_names(root):
    for split, rows in load_dataset(root, config).items():
        streamed = next(iter(load_dataset(root, config, split=split, streaming=True)))
        values = json.dumps([rows[at] for at in range(len(rows))], sort_keys=True, default=str)
        found[config + "/" + split] = {
            "rows": len(rows),
            "features": {name: plain(rows.features[name]) for name in sorted(rows.features)},
            "values": hashlib.sha256(values.encode()).hexdigest(),
            "streams": json.dumps(streamed, sort_keys=True, default=str) == json.dumps(rows[0], sort_keys=True, default=str),
        }
print(json.dumps({"version": datasets.__version__, "default": load_dataset(root).column_names, "found": found}))
"""


def opened(version: str, export: Path, work: Path) -> dict[str, Any]:
    """What this version of ``datasets`` makes of the export, or ``{"error": …}``."""
    home = work / f"env-{version}"
    venv.create(home, with_pip=True)
    python = home / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    wanted = [f"datasets=={version}", *VERSIONS.get(version, ())]
    subprocess.run([python, "-m", "pip", "install", "-q", *wanted], check=True, capture_output=True)
    environment = {"HF_HOME": str(work / f"cache-{version}"), "HF_HUB_OFFLINE": "1", "PATH": ""}
    answer = subprocess.run(
        [python, "-c", PROBE, str(export)], capture_output=True, text=True, check=False, env=environment, cwd=work
    )
    if answer.returncode:
        return {"error": answer.stderr.strip().splitlines()[-1]}
    found: dict[str, Any] = json.loads(answer.stdout.strip().splitlines()[-1])
    return found


def main() -> int:
    """Open, compare, print; returns the exit status."""
    export = Path(sys.argv[1]).absolute() if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as directory:
        work = Path(directory)
        if export is None:
            export = work / "export"
            command = [sys.executable, "-m", "postil", "-C", str(ROOT), "export", "hf", str(export), "--set", "gold"]
            subprocess.run([*command, "--set", "a1", "--set", "a2"], check=True, capture_output=True)
        results = {version: opened(version, export, work) for version in sys.argv[2:] or VERSIONS}
    newest = list(results.values())[-1]
    failed = "error" in newest
    for version, result in results.items():
        if "error" in result:
            failed = True
            print(f"datasets {version}: {result['error']}")
            continue
        same = {name for name, one in result["found"].items() if one == newest["found"].get(name) and one["streams"]}
        failed |= same != set(newest["found"])
        print(f"datasets {result['version']}: {len(same)} of {len(newest['found'])} configs and splits as in the newest")
        print(
            "".join(
                f"  {name}: {one['rows']} rows{'' if name in same else ', NOT THE SAME'}\n"
                for name, one in result["found"].items()
            ),
            end="",
        )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
