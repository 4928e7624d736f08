//! Lambert's W: the `w` with `w e^w = x`.

/// The principal branch for `x >= 0`, found by Halley's steps (Corless et al. 1996, equation 5.9).
pub fn lambert_w(x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let mut w = if x < 2.5 { x / (1.0 + x) } else { libm::log(x) - libm::log(libm::log(x)) };
    for _ in 0..60 {
        let e = libm::exp(w);
        let f = w * e - x;
        let step = f / (e * (w + 1.0) - (w + 2.0) * f / (2.0 * w + 2.0));
        w -= step;
        if step.abs() <= 1e-16 * w.abs() {
            break;
        }
    }
    w
}

#[cfg(test)]
mod tests {
    use super::lambert_w;

    #[test]
    fn known_values_and_the_equation_itself() {
        assert!((lambert_w(1.0) - 0.567_143_290_409_783_8).abs() < 1e-15, "the omega constant");
        assert!((lambert_w(std::f64::consts::E) - 1.0).abs() < 1e-15);
        for x in [1e-12, 0.01, 0.5, 2.4, 2.6, 40.0, 1e6, 1e200] {
            let w = lambert_w(x);
            assert!((w * w.exp() / x - 1.0).abs() < 1e-12, "{x}");
        }
        assert_eq!(lambert_w(0.0), 0.0);
    }
}
