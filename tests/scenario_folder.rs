//! Scenario folders: read, written, read again.

use forecourt::io::scenario::read;
use std::path::Path;

#[test]
fn tiny_reads() {
    let (scenario, notes) = read(Path::new("scenarios/tiny")).unwrap_or_else(|f| panic!("{f}"));
    assert_eq!(scenario.network.zones.len(), 5);
    assert_eq!(scenario.network.sites.len(), 8);
    assert_eq!(scenario.history.weeks(), 8);
    assert_eq!(scenario.history.total(), 8 * 147);
    assert!(notes.files.iter().all(|f| f.encoding == "UTF-8" && f.notes.is_empty()), "{notes:?}");
}
