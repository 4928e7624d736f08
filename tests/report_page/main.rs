//! The page a reader opens.

mod sample;

use forecourt::cli::report::run;

#[test]
fn a_national_page_stays_below_a_megabyte() {
    let dir = tempfile::tempdir().unwrap();
    sample::make(dir.path(), sample::NATIONAL, 7);
    let written = run(dir.path(), None).unwrap();
    assert!(written.absent.is_empty(), "{:?}", written.absent);
    assert!(written.bytes <= 1_000_000, "{} bytes", written.bytes);
    if let Ok(keep) = std::env::var("FORECOURT_KEEP_REPORT") {
        std::fs::copy(&written.path, keep).unwrap();
    }
}
