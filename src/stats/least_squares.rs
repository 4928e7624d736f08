//! Ridge regression by Cholesky factors: some dozens of unknowns.

/// Solves `min Σ w (y − X b)² + Σ ridge_k b_k²`; each row of `x` has as many entries as `ridge`. Every ridge entry that
/// is above zero keeps its unknown defined even where the data say nothing.
pub fn ridge(x: &[Vec<f64>], y: &[f64], ridge: &[f64]) -> Vec<f64> {
    let n = ridge.len();
    let mut a = vec![0.0; n * n];
    let mut b = vec![0.0; n];
    for (row, &target) in x.iter().zip(y) {
        for i in 0..n {
            b[i] += row[i] * target;
            for j in 0..=i {
                a[i * n + j] += row[i] * row[j];
            }
        }
    }
    for i in 0..n {
        a[i * n + i] += ridge[i];
    }
    cholesky(&mut a, &mut b);
    b
}

/// Solves `A x = b` in place of `b`; `A` is positive definite, its lower triangle given by rows, and is overwritten.
pub fn cholesky(a: &mut [f64], b: &mut [f64]) {
    factor(a, b.len());
    solve(a, b);
}

/// The factor `L` of `A = L Lᵀ` in place of the lower triangle of a positive definite `A` with `n` rows.
pub fn factor(a: &mut [f64], n: usize) {
    for j in 0..n {
        for i in j..n {
            let sum: f64 = (0..j).map(|k| a[i * n + k] * a[j * n + k]).sum();
            let rest = a[i * n + j] - sum;
            a[i * n + j] = if i == j { rest.max(1e-12).sqrt() } else { rest / a[j * n + j] };
        }
    }
}

/// Solves `L Lᵀ x = b` in place of `b`; `l` is a [`factor`].
pub fn solve(l: &[f64], b: &mut [f64]) {
    // L z = b, then Lᵀ x = z.
    let n = b.len();
    for i in 0..n {
        let sum: f64 = (0..i).map(|k| l[i * n + k] * b[k]).sum();
        b[i] = (b[i] - sum) / l[i * n + i];
    }
    for i in (0..n).rev() {
        let sum: f64 = (i + 1..n).map(|k| l[k * n + i] * b[k]).sum();
        b[i] = (b[i] - sum) / l[i * n + i];
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_line_is_found_exactly() {
        let x: Vec<Vec<f64>> = (0..10).map(|t| vec![1.0, f64::from(t)]).collect();
        let y: Vec<f64> = (0..10).map(|t| 3.0 - 0.5 * f64::from(t)).collect();
        let b = super::ridge(&x, &y, &[0.0, 0.0]);
        assert!((b[0] - 3.0).abs() < 1e-9 && (b[1] + 0.5).abs() < 1e-9);
    }
}
