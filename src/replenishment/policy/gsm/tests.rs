use super::super::special::quantile;
use super::*;

fn supplied(mut part: Part, by: &[(&str, f64)]) -> Part {
    part.suppliers = by.iter().map(|&(name, quantity)| Supplier { name: name.into(), quantity }).collect();
    part
}

fn demanded(mut part: Part, sd: f64, z: f64, max_service: f64) -> Part {
    (part.demand_sd, part.z, part.max_service) = (sd, z, Some(max_service));
    part
}

fn inbound(mut part: Part, time: f64) -> Part {
    part.inbound = time;
    part
}

/// Stages given from the customer backwards, with local holding costs.
fn line(leads: &[f64], costs: &[f64], sd: f64, z: f64, promise: f64, first_inbound: f64) -> Chain {
    let n = leads.len();
    let parts: Vec<Part> = (0..n)
        .map(|k| {
            let mut part = Part::new(&k.to_string(), leads[k], costs[k]);
            if k + 1 < n {
                part = supplied(part, &[((k + 1).to_string().as_str(), 1.0)]);
            } else {
                part = inbound(part, first_inbound);
            }
            if k == 0 { demanded(part, sd, z, promise) } else { part }
        })
        .collect();
    Chain::new(&parts, true).unwrap()
}

/// Both algorithms, the same proven cost.
fn check(chain: &Chain, cost: f64, tolerance: f64) -> GsmPlan {
    let effort = Effort::default();
    let (tree, general) = (solve(chain, &effort).unwrap(), solve_by(chain, &effort, Method::Chords).unwrap());
    assert!((tree.cost - cost).abs() <= tolerance, "{} != {cost}", tree.cost);
    assert!((general.cost - tree.cost).abs() <= 1e-8 * cost, "{} != {}", general.cost, tree.cost);
    assert!(general.gap() <= 1e-8 && (chain.cost(&tree.outgoing) - tree.cost).abs() < 1e-9 * cost);
    tree
}

#[test]
fn snyder_shen_example_6_3() {
    check(&line(&[1.0, 0.0, 1.0], &[7.0, 4.0, 2.0], 1.0, 1.0, 1.0, 1.0), 8f64.sqrt(), 5e-11);
}

#[test]
fn snyder_shen_problem_6_8() {
    let leads = [5.0, 10.0, 2.0, 15.0, 8.0, 5.0, 9.0, 5.0, 1.0, 5.0];
    let costs = [5.73, 4.56, 3.04, 2.93, 2.47, 2.37, 1.15, 1.1, 0.98, 0.87];
    check(&line(&leads, &costs, 15.8, quantile(0.98), 3.0, 7.0), 1_378.302_036_9, 5e-8);
}

#[test]
fn snyder_shen_example_6_5() {
    let parts = [
        inbound(Part::new("1", 2.0, 1.0), 1.0),
        supplied(demanded(Part::new("2", 1.0, 3.0), 1.0, 1.0, 0.0), &[("3", 1.0)]),
        supplied(Part::new("3", 1.0, 2.0), &[("1", 1.0)]),
        supplied(demanded(Part::new("4", 1.0, 3.0), 1.0, 1.0, 1.0), &[("3", 1.0)]),
    ];
    let plan = check(&Chain::new(&parts, true).unwrap(), 8.277_916_867_5, 5e-11);
    assert_eq!(plan.outgoing, [0.0, 0.0, 0.0, 1.0]);
}

#[test]
fn snyder_shen_figure_6_14() {
    let rows: [(&str, f64, f64, &[&str]); 10] = [
        ("raw", 2.0, 0.01, &[]),
        ("wafers", 3.0, 0.03, &["raw"]),
        ("tested", 2.0, 0.04, &["wafers"]),
        ("base", 4.0, 0.06, &[]),
        ("assembly", 2.0, 0.12, &["tested", "base"]),
        ("shipped", 3.0, 0.13, &["assembly"]),
        ("camera", 6.0, 0.20, &[]),
        ("board", 4.0, 0.08, &[]),
        ("other", 3.0, 0.04, &[]),
        ("pack", 2.0, 0.50, &["camera", "shipped", "board", "other"]),
    ];
    let parts: Vec<Part> = rows
        .iter()
        .map(|&(name, lead, cost, by)| {
            let by: Vec<(&str, f64)> = by.iter().map(|&b| (b, 1.0)).collect();
            let part = supplied(Part::new(name, lead, cost), &by);
            if name == "pack" { demanded(part, 10.0, quantile(0.95), 2.0) } else { part }
        })
        .collect();
    check(&Chain::new(&parts, true).unwrap(), 18.824_004_472_6, 5e-11);
}

/// A small repeatable source of numbers for the random chains.
fn random(seed: &mut u64, below: u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) % below
}

fn random_chain(seed: &mut u64, stages: usize, more_arcs: u64) -> Chain {
    let parts: Vec<Part> = (0..stages)
        .map(|j| {
            let mut part = Part::new(&format!("s{j}"), random(seed, 12) as f64, 1.0 + random(seed, 90) as f64 / 10.0);
            let mut by = Vec::new();
            // Mostly close suppliers, so that long lines with side branches and circles arise.
            for _ in 0..if j == 0 { 0 } else { random(seed, 2 + more_arcs) } {
                let i = j - 1 - random(seed, (j as u64).min(8)) as usize;
                if !by.contains(&i) {
                    by.push(i);
                }
            }
            part.suppliers = by.iter().map(|i| Supplier { name: format!("s{i}"), quantity: 1.0 }).collect();
            if j + 4 >= stages || random(seed, 6) == 0 {
                part = demanded(part, 1.0 + random(seed, 20) as f64, 1.645, random(seed, 4) as f64);
            }
            part
        })
        .collect();
    Chain::new(&parts, false).unwrap()
}

/// Every whole promise of every stage.
fn enumerate(chain: &Chain) -> f64 {
    let most: Vec<usize> =
        chain.longest().iter().zip(chain.stages()).map(|(m, s)| m.min(s.max_service) as usize).collect();
    let mut promise = vec![0.0; most.len()];
    let mut best = f64::INFINITY;
    loop {
        best = best.min(chain.cost(&promise));
        let Some(k) = (0..most.len()).find(|&k| promise[k] < most[k] as f64) else { return best };
        promise[..k].fill(0.0);
        promise[k] += 1.0;
    }
}

#[test]
fn small_general_networks_agree_with_enumeration() {
    let mut seed = 11;
    let mut tried = 0;
    while tried < 40 {
        let chain = random_chain(&mut seed, 5, 2);
        let size: f64 = chain.longest().iter().map(|m| m + 1.0).product();
        if size > 300_000.0 {
            continue;
        }
        tried += 1;
        let (best, plan) = (enumerate(&chain), solve(&chain, &Effort::default()).unwrap());
        assert!((plan.cost - best).abs() <= 1e-9 * best.max(1.0), "{} != {best}", plan.cost);
    }
}

#[test]
fn trees_agree_with_branch_and_bound() {
    let mut seed = 5;
    for _ in 0..60 {
        let chain = random_chain(&mut seed, 12, 0);
        assert!(chain.is_forest());
        check(&chain, solve(&chain, &Effort::default()).unwrap().cost, 0.0);
    }
}

#[test]
fn a_hundred_and_more_stages_in_general_networks() {
    let mut seed = 3;
    for (stages, arcs) in [(30, 2), (60, 1), (100, 1), (120, 1)] {
        let chain = random_chain(&mut seed, stages, arcs);
        assert!(!chain.is_forest());
        let plan = solve(&chain, &Effort::default()).unwrap();
        assert!(plan.gap() <= 1e-8, "{stages}: {plan:?}");
    }
}

#[test]
fn circles_and_unknown_names_are_refused() {
    let circle = [supplied(Part::new("a", 1.0, 1.0), &[("b", 1.0)]), supplied(Part::new("b", 1.0, 1.0), &[("a", 1.0)])];
    assert!(Chain::new(&circle, false).unwrap_err().to_string().contains("circle"));
    let unknown = [supplied(Part::new("a", 1.0, 1.0), &[("c", 1.0)])];
    assert!(Chain::new(&unknown, false).unwrap_err().to_string().contains("`c`"));
}
