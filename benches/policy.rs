//! Exact stock policies: CPU seconds (`cargo bench --bench policy`).
fn main() {}
