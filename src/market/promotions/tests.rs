//! Planted effects, Proposition 99, and panels that cannot be measured.

use super::certificate::certify;
use super::*;

/// Units with their own level, a common path and two factors; `effect` on the last unit(s) from `before` on.
fn made(units: usize, periods: usize, treated: usize, before: usize, effect: f64, noise: f64) -> Panel {
    let pseudo = |a: usize, b: usize| ((a * 7919 + b * 104_729 + a * b * 31) % 1009) as f64 / 1009.0 - 0.5;
    let cell = |i: usize, t: usize| {
        let on = i >= units - treated && t >= before;
        10.0 * pseudo(i, 1)
            + (t as f64 / 3.0).sin()
            + pseudo(i, 2) * t as f64 * 0.2
            + noise * pseudo(i, t + 7)
            + if on { effect } else { 0.0 }
    };
    let outcome = (0..units).map(|i| (0..periods).map(|t| cell(i, t)).collect()).collect();
    let on: Vec<Vec<bool>> =
        (0..units).map(|i| (0..periods).map(|t| i >= units - treated && t >= before).collect()).collect();
    let names = |n: usize, c: char| (0..n).map(|k| format!("{c}{k}")).collect();
    Panel::new(names(units, 'U'), names(periods, 'T'), outcome, &on).unwrap()
}

#[test]
fn a_planted_effect_is_found_and_lies_in_its_interval() {
    for treated in [1, 3] {
        let panel = made(30, 24, treated, 16, 4.0, 0.5);
        let found = measure(&panel, 7);
        for estimate in [&found.plain, &found.synthetic] {
            let certificate = certify(&panel, estimate, found.zeta);
            assert!(certificate.holds(), "{certificate:?}");
            let (low, high) = estimate.interval();
            assert!(low < 4.0 && 4.0 < high && estimate.placebos.len() >= 29 - treated, "{low} {high}");
        }
        let miss = |e: &Estimate| (e.effect - 4.0).abs();
        assert!(miss(&found.synthetic) < 0.5, "{}", found.synthetic.effect);
        assert!(found.synthetic.error() < found.plain.error(), "paths that differ by unit fool the plain difference");
    }
}

#[test]
fn nothing_planted_nothing_beyond_the_placebos() {
    let found = measure(&made(30, 24, 1, 16, 0.0, 0.5), 7);
    let (low, high) = found.synthetic.interval();
    assert!(low < 0.0 && high > 0.0 && found.synthetic.rank() > 0.05);
}

#[test]
fn weights_that_do_not_give_the_effect_are_not_certified() {
    let panel = made(12, 10, 1, 6, 1.0, 0.5);
    let found = measure(&panel, 1);
    let mut wrong = found.synthetic.clone();
    wrong.effect += 1e-6;
    assert!(!certify(&panel, &wrong, found.zeta).holds());
    let mut wrong = found.synthetic.clone();
    wrong.omega[0] += 1e-6;
    assert!(!certify(&panel, &wrong, found.zeta).holds());
}

#[test]
fn panels_that_cannot_be_measured_say_why() {
    let names = |n: usize| (0..n).map(|k| format!("N{k}")).collect::<Vec<_>>();
    let flat = |n: usize| vec![vec![1.0; 4]; n];
    let panel = |on: &[[bool; 4]]| {
        let on: Vec<Vec<bool>> = on.iter().map(|r| r.to_vec()).collect();
        Panel::new(names(on.len()), names(4), flat(on.len()), &on).unwrap_err()
    };
    let (no, yes, ends) = ([false; 4], [false, true, true, true], [false, false, true, false]);
    assert_eq!(panel(&[no, no, no, no]), [Fault::Untreated]);
    assert_eq!(panel(&[no, no, yes]), [Fault::Controls(2, 1), Fault::Before(1)]);
    assert_eq!(panel(&[no, no, no, ends]), [Fault::Block("N3".into(), "N2".into())]);
}
