use super::world::World;

#[test]
fn summary() {
    let t = std::time::Instant::now();
    let world = World::new(crate::generate::DEFAULT_SEED);
    println!("{} sites, {:?}", world.network.sites.len(), t.elapsed());
}
