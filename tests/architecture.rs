//! Data flows one way: a room uses only rooms above it in lib.rs, and rooms on one floor do not know each other.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Rooms in the order of lib.rs with their floor; rooms whose `pub mod` lines touch share a floor.
fn floors(text: &str) -> BTreeMap<String, usize> {
    let mut floor = 0;
    let mut open = false;
    let mut rooms = BTreeMap::new();
    for line in text.lines() {
        match line.strip_prefix("pub mod ").and_then(|l| l.strip_suffix(';')) {
            Some(room) => {
                rooms.insert(room.to_owned(), floor);
                open = true;
            }
            None if open => {
                floor += 1;
                open = false;
            }
            None => {}
        }
    }
    rooms
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// Rooms that a source names after `crate::`, comments left out.
fn named(text: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for line in text.lines() {
        let code = line.split("//").next().unwrap_or("");
        for rest in code.split("crate::").skip(1) {
            let group = rest.strip_prefix('{').and_then(|r| r.split('}').next());
            let names = group.unwrap_or(rest).split(',').take(if group.is_some() { 99 } else { 1 });
            for name in names {
                let room: String = name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                rooms.push(room);
            }
        }
    }
    rooms
}

#[test]
fn imports_point_one_way() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let floors = floors(&fs::read_to_string(root.join("lib.rs")).unwrap());
    assert!(floors.len() >= 15 && floors["units"] == 0, "lib.rs lists the rooms: {floors:?}");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut wrong = Vec::new();
    let mut imports = 0;
    for file in files {
        let inside = file.strip_prefix(&root).unwrap();
        let first = inside.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
        let room = first.trim_end_matches(".rs").to_owned();
        let Some(&own) = floors.get(&room) else { continue };
        for other in named(&fs::read_to_string(&file).unwrap()) {
            if let Some(&floor) = floors.get(&other).filter(|_| other != room) {
                imports += 1;
                if floor >= own {
                    wrong.push(format!("{} uses {other}", inside.display()));
                }
            }
        }
    }
    assert!(imports > 200, "only {imports} imports were seen: the reader of this test is broken");
    assert!(wrong.is_empty(), "against the order of lib.rs:\n{}", wrong.join("\n"));
}

#[test]
fn the_solver_is_behind_one_door_and_unsafe_where_it_is_named() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let name = file.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        let code: String = text.lines().map(|l| l.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n");
        assert!(!code.contains("highs_sys") || name == "lp/highs.rs", "{name} knows the solver's bindings");
        let allowed = name == "lp/highs.rs" || name.starts_with("simulation/cells/");
        assert!(!code.contains("unsafe {") || allowed, "{name} uses unsafe");
        if let Some(room) = name.strip_suffix("certificate.rs") {
            assert!(
                !code.contains("crate::lp") && !code.contains("formulation"),
                "{room}certificate.rs must not know the solver"
            );
        }
    }
}
