use super::models::MODELS;
use super::moments::*;
use super::world::World;

#[test]
fn summary() {
    for seed in [crate::generate::DEFAULT_SEED, 1, 2, 3] {
        let t = std::time::Instant::now();
        let world = World::new(seed);
        let mo = Monthly::new(&world);
        println!("{} sites, {:?} {} months", world.network.sites.len(), t.elapsed(), mo.months);
        let old: Vec<usize> = (0..MODELS.len()).filter(|&m| world.tide.always_on_sale(m)).collect();
        let nat: Vec<f64> = old.iter().map(|&m| cv(&mo.national(m))).collect();
        println!(
            "national per model: mean {} median {}; memory {}",
            mean(&nat),
            median(nat.clone()),
            mean(&old.iter().map(|&m| memory(&mo.national(m))).collect::<Vec<_>>())
        );
        let total: Vec<f64> = (0..mo.months).map(|t| old.iter().map(|&m| mo.national(m)[t]).sum()).collect();
        println!("national total {}", cv(&total));
        let mut cells = vec![];
        let mut beyond = vec![];
        for row in &mo.cars {
            for &m in &old {
                let mu = mean(&row[m]);
                if mu > 100.0 {
                    cells.push(cv(&row[m]));
                    beyond.push((covariance(&row[m], &row[m]) - mu * mean(&mo.unit)) / mu / mu);
                }
            }
        }
        println!(
            "cells>100: {} cv mean {} median {} beyond {}",
            cells.len(),
            mean(&cells),
            median(cells.clone()),
            median(beyond).sqrt()
        );
        println!("k given national {}", mo.dispersion_given_national(&old));
        let mut c = vec![];
        for &m in &old {
            for p in 0..31 {
                for q in 0..p {
                    let (a, b) = (&mo.cars[p][m], &mo.cars[q][m]);
                    if mean(a) > 60.0 && mean(b) > 60.0 {
                        c.push(correlation(a, b));
                    }
                }
            }
        }
        println!("corr {} {} {}", c.len(), mean(&c), median(c.clone()));
        let pv: Vec<Vec<f64>> = (0..31).map(|p| mo.provincial(p, &old)).filter(|x| mean(x) > 500.0).collect();
        let mut c = vec![];
        for p in 0..pv.len() {
            for q in 0..p {
                c.push(correlation(&pv[p], &pv[q]));
            }
        }
        println!("prov totals corr {} cv {}", mean(&c), mean(&pv.iter().map(|x| cv(x)).collect::<Vec<_>>()));
    }
}
