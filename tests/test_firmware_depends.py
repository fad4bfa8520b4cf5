# SPDX-License-Identifier: GPL-2.0-only
from pathlib import Path

from firmware import CONFIGURATIONS, FIRMWARE_DIR, build
from firmware.depends import closure


def test_a_source_is_made_of_what_it_includes_and_what_that_includes(tmp_path: Path) -> None:
    include = tmp_path / "include"
    (include / "linux").mkdir(parents=True)
    (tmp_path / "driver.c").write_text('#include <linux/a.h>\n# include "beside.h"\n#include <stddef.h>\n')
    (tmp_path / "beside.h").write_text("")
    (include / "linux/a.h").write_text("#ifdef NEVER\n#include <linux/b.h>\n#endif\n")
    (include / "linux/b.h").write_text("#include <linux/a.h>\n")
    (include / "linux/unused.h").write_text("")

    found = closure(tmp_path / "driver.c", [include])

    assert [path.name for path in found] == ["beside.h", "driver.c", "a.h", "b.h"]


def test_configurations_share_the_objects_that_do_not_depend_on_them() -> None:
    objects = [build.compile_all(build.units(config), build.BUILD_DIR) for config in CONFIGURATIONS]

    shared = set(objects[0]).intersection(*objects[1:])

    sources = {path.name.rsplit("-", 1)[0] for path in shared}
    assert "vsprintf" in sources
    assert "slab_statics" not in sources, "struct kmem_cache differs"


def test_the_layout_of_structures_depends_on_their_headers() -> None:
    names = {path.name for path in closure(FIRMWARE_DIR / "kernel/structs.c", [FIRMWARE_DIR / "include"])}

    assert {"mmzone.h", "slab.h", "mm_statics.c"} <= names
    assert "uaccess.h" not in names
