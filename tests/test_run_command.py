# SPDX-License-Identifier: GPL-2.0-only
"""`dmalab run`: what it says of drivers, right and faulty, and how it ends."""

import json
import subprocess
from pathlib import Path

import pytest

from dmalab import driver_build
from dmalab.cli import main
from dmalab.compiler import find_compiler, include_flags, version_flags
from dmalab.lab import Lab, LabStopped
from dmalab.machine_spec import IsaPatternSpec
from dmalab.run_command import parse_device

DRIVERS = Path(__file__).parent / "drivers"
FAULTY = DRIVERS / "faulty"


def run_json(capsys, *arguments: str) -> dict:
    main(["run", *arguments, "--json"])
    return json.loads(capsys.readouterr().out)


def test_the_smoke_test_uses_what_a_driver_shows_and_ends_with_0(capsys):
    document = run_json(capsys, str(DRIVERS / "edu_sysfs.c"))

    assert (document["exit_code"], document["findings"], document["probe_error"]) == (0, [], 0)
    assert {"call": "read /sys/devices/pci0000:00/0000:00:04.0/edu/id", "outcome": "'0x010000ed\\n'"} in document[
        "steps"
    ]


def test_two_runs_of_a_driver_are_the_same_byte_for_byte(capsys):
    assert run_json(capsys, str(DRIVERS / "edu_devm.c")) == run_json(capsys, str(DRIVERS / "edu_devm.c"))


def test_what_a_module_forgets_is_told_with_its_line(capsys):
    document = run_json(capsys, str(FAULTY / "leaks.c"))

    places = {
        finding["kind"]: (finding["details"].get("taken_at") or finding["details"]["allocated_at"]).split(":")[-1]
        for finding in document["findings"]
    }
    assert document["exit_code"] == 1
    assert places == {
        "leftover-enabled-pci-device": "19)",
        "leftover-pci-region": "22)",
        "leftover-irq-handler": "24)",
        "leftover-chrdev-region": "26)",
        "leftover-kobject": "27)",
        "leftover-irq-vectors": "29)",
        "module-leak": "31)",
    }


def test_a_fault_in_probe_is_an_oops_with_the_drivers_line(capsys):
    code = main(["run", str(FAULTY / "null_probe.c")])

    said = capsys.readouterr().out
    assert code == 3
    assert "Unable to handle kernel NULL pointer dereference at 0000000000000010" in said
    assert "faulty/null_probe.c:15)" in said
    assert "Code:" in said


def test_what_is_not_provided_is_named_with_its_line_and_ends_with_2(capsys, monkeypatch, tmp_path):
    source = tmp_path / "missing.c"
    source.write_text((FAULTY / "missing.c").read_text().replace("#ifdef IMPLICIT", "#if 1"))

    assert main(["run", str(FAULTY / "missing.c")]) == 2
    assert "missing.c:12: only_declared() is not provided" in capsys.readouterr().err
    assert main(["run", str(source)]) == 2
    assert "missing.c:10: snd_card_register() is not provided" in capsys.readouterr().err


def test_a_driver_for_another_kernel_is_taken_for_that_one(capsys):
    assert main(["run", str(DRIVERS / "edu_612.c")]) == 0
    assert "taking --kernel-api 6.12" in capsys.readouterr().err
    assert main(["run", str(DRIVERS / "edu_612.c"), "--kernel-api", "6.1"]) == 2
    assert "pcim_iomap_region() is not provided by dmalab in this kernel API (since 6.11" in capsys.readouterr().err


def test_a_driver_for_which_there_is_no_device_says_what_it_is_for_and_what_there_is(capsys, tmp_path):
    source = tmp_path / "other.c"
    source.write_text((DRIVERS / "edu_msi.c").read_text().replace("0x11e8", "0x11e9"))

    document = run_json(capsys, str(source))

    (finding,) = document["findings"]
    assert (document["exit_code"], finding["kind"]) == (1, "driver-unmatched")
    assert (finding["details"]["wanted"], finding["details"]["present"]) == ("1234:11e9", "1234:11e8")


def test_folders_and_macros_of_a_makefile_reach_the_compiler(capsys, tmp_path):
    (tmp_path / "include").mkdir()
    (tmp_path / "include" / "local.h").write_text("#define GREETING GREETING_OF_THE_MAKEFILE\n")
    source = tmp_path / "greets.c"
    source.write_text(
        "#include <linux/module.h>\n#include <local.h>\n"
        "static int __init start(void) { pr_info(GREETING); return IS_ENABLED(CONFIG_PCI) - 1; }\n"
        'module_init(start);\nMODULE_LICENSE("GPL");\n'
    )
    flags = ["-I", str(tmp_path / "include"), "-D", 'GREETING_OF_THE_MAKEFILE="good day"']

    assert "good day" in run_json(capsys, str(source), *flags)["log"][0]
    assert main(["run", str(source), "-I", str(tmp_path / "nowhere")]) == 2
    assert main(["run", str(source), "-D", "=1"]) == 2
    assert capsys.readouterr().err.count("\n") == 2


@pytest.mark.parametrize("name", ["module.o", "module.elf"])
def test_a_relocatable_object_is_linked_and_run_as_its_source_would_be(name, capsys, tmp_path):
    compiler = find_compiler()
    flags = [*compiler.flags, *include_flags(), *version_flags("6.1"), '-DKBUILD_MODNAME="module"']
    command = [*compiler.command, *flags, "-c", str(DRIVERS / "edu_devm.c"), "-o", str(tmp_path / name)]
    subprocess.run(command, check=True)

    document = run_json(capsys, str(tmp_path / name))

    assert (document["exit_code"], document["driver"]) == (0, "module")
    assert {"call": "open(/dev/edu-fact, O_RDWR)", "outcome": "3"} in document["steps"]


def test_a_call_that_nothing_ends_is_a_hung_task_with_the_drivers_line(capsys, tmp_path):
    machine = tmp_path / "impatient.toml"
    machine.write_text('command_line = "sysctl.kernel.hung_task_timeout_secs=2"\n')

    document = run_json(capsys, str(FAULTY / "hangs.c"), "--machine", str(machine))

    finding = document["findings"][0]
    assert (document["exit_code"], finding["kind"]) == (3, "hung-task")
    assert "blocked for more than 2 seconds" in finding["sentence"]
    assert any("faulty/hangs.c:20)" in line for line in finding["details"]["backtrace"])


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["nothing.c"], "nothing.c: found no such file"),
        ([str(FAULTY / "data_only.c")], "data_only: found no function in the module, expected at least one"),
        ([str(DRIVERS / "hello.c"), "--kernel-api", "4.4"], "--kernel-api: found '4.4'"),
        ([str(DRIVERS / "hello.c"), "--device", "edu,mask=99"], "--device: found 'mask=99'"),
        ([str(DRIVERS / "hello.c"), "--device", "isa_pattern,slot=3"], "--device: found 'slot=3'"),
        ([str(DRIVERS / "hello.c"), "--param", "x"], "--param: found 'x'"),
        ([str(DRIVERS / "hello.c"), "--param", "x=a b"], "--param: found 'x=a b', expected NAME=VALUE in ASCII"),
        ([str(DRIVERS / "hello.c"), "--param", f"x={'a' * 2100}"], "characters, expected 2047 at most"),
        ([str(DRIVERS / "hello.c"), "--user", "nothing.py"], "--user: found no file nothing.py"),
    ],
)
def test_wrong_input_ends_with_2_and_one_line(arguments, complaint, capsys):
    assert main(["run", *arguments]) == 2

    said = capsys.readouterr().err
    assert complaint in said
    assert said.count("\n") == 1


def test_a_module_is_not_named_after_what_neither_macro_nor_command_line_can_hold(tmp_path, capsys):
    for name in ('quo"te.c', "two words.c", f"{'n' * 56}.c"):
        (tmp_path / name).write_bytes((DRIVERS / "hello.c").read_bytes())
        assert main(["run", str(tmp_path / name)]) == 2
        assert "expected a name of up to 55 letters, digits, - and _" in capsys.readouterr().err


def test_a_header_that_changes_is_seen_whatever_it_is_called(tmp_path, capsys):
    folder = tmp_path / "two words"
    folder.mkdir()
    (folder / "driver.c").write_text('#include "my $ #header.h"\n' + (DRIVERS / "hello.c").read_text())
    (folder / "my $ #header.h").write_text("")
    assert main(["run", str(folder / "driver.c")]) == 0

    (folder / "my $ #header.h").write_text("#error has changed\n")

    assert main(["run", str(folder / "driver.c")]) == 2
    assert "has changed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "said"), [('"', "$CC: found '\"', expected the command"), ("true", "no object file")]
)
def test_a_compiler_that_is_none_is_one_line(command, said, monkeypatch, capsys):
    monkeypatch.setenv("CC", command)
    driver_build._compiler.cache_clear()

    code = main(["run", str(DRIVERS / "hello.c")])

    driver_build._compiler.cache_clear()
    said_all = capsys.readouterr().err
    assert code == 2
    assert said in said_all
    assert said_all.count("\n") == 1


def test_a_part_on_the_isa_bus_can_be_the_only_device(capsys):
    document = run_json(capsys, str(DRIVERS / "hello.c"), "--device", "isa_pattern,mask=20")

    assert document["exit_code"] == 0
    assert parse_device("isa_pattern,mask=20") == IsaPatternSpec(reach=(1 << 20) - 1)


def test_a_users_script_acts_as_user_space(capsys, tmp_path):
    script = tmp_path / "script.py"
    script.write_text("def main(user):\n    print('id', user.read(user.open('/dev/edu0'), 4).hex())\n")

    assert main(["run", str(DRIVERS / "edu_char.c"), "--user", str(script)]) == 0
    assert "id ed000001" in capsys.readouterr().out


def test_what_goes_wrong_in_a_users_script_fails_the_run_with_its_line(capsys, tmp_path):
    script = tmp_path / "script.py"
    script.write_text("def use(user):\n    user.open('/dev/none')\n\ndef main(user):\n    use(user)\n")

    document = run_json(capsys, str(FAULTY / "leaks.c"), "--user", str(script))

    (check,) = document["checks"]
    assert check["sentence"].startswith(f"{script}:2: found FileNotFoundError: [Errno 2] No such file or directory")
    assert document["exit_code"] == 1
    assert "module-leak" in [finding["kind"] for finding in document["findings"]]  # it was unloaded all the same


def test_a_script_that_cannot_be_imported_is_one_line(capsys, tmp_path):
    script = tmp_path / "script.py"
    script.write_text("import os\nos.nothing()\n")

    assert main(["run", str(DRIVERS / "hello.c"), "--user", str(script)]) == 2
    assert f"{script}:2: found AttributeError: " in capsys.readouterr().err


def test_a_pointer_of_a_users_that_the_kernel_follows_by_itself_faults_at_that_line():
    with Lab(FAULTY / "user_pointer.c") as lab:
        fd = lab.user.open("/dev/user_pointer")
        with pytest.raises(OSError, match="Bad address"):
            lab.user.read(fd, 8)  # the driver copies 64 bytes
        with pytest.raises(LabStopped, match=r"user_pointer\.c:16\)"):
            lab.user.write(fd, b"x")


def test_a_starter_is_written_once_and_passes_its_own_test(capsys, tmp_path, monkeypatch):
    assert main(["new", "driver", "mine", "--dir", str(tmp_path)]) == 0
    assert main(["new", "driver", "mine", "--dir", str(tmp_path)]) == 2
    assert main(["new", "driver", "no-name", "--dir", str(tmp_path)]) == 2

    assert (
        pytest.main(["-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path / "test_mine.py")]) == 0
    )
    assert main(["machine", "--check", str(tmp_path / "mine.toml")]) == 0


def test_a_driver_of_the_same_name_in_another_folder_is_named_from_there(tmp_path, monkeypatch, capsys):
    text = (Path(__file__).parent / "drivers/faulty/missing.c").read_text(encoding="utf-8")
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "missing.c").write_text(text, encoding="utf-8")
        monkeypatch.chdir(folder)

        code = main(["run", "missing.c"])

        shown = capsys.readouterr().err
        assert code == 2
        assert "missing.c:12: only_declared() is not provided" in shown
        assert str(tmp_path / "one") not in shown
