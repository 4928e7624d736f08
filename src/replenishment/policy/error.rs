/// Why a stock policy cannot be computed; every text ends with what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PolicyError {
    /// A number that must be above zero is not.
    #[error("{name} is {value}, but it must be a number above 0: give a positive {name}")]
    NotPositive {
        /// What the number is.
        name: &'static str,
        /// The number given.
        value: f64,
    },
    /// A number that must not be negative is.
    #[error("{name} is {value}, but it must be 0 or more: give a {name} that is not negative")]
    Negative {
        /// What the number is.
        name: &'static str,
        /// The number given.
        value: f64,
    },
    /// A demand law that cannot be read.
    #[error(
        "cannot read the demand `{text}`: {why}; write it like normal:50,8 (mean, sd), poisson:20 (mean), \
             negbin:20,0.2 (mean, k with variance mean + k mean²), uniform:0,200 (low, high), lognormal:6,0.3 \
             (mean and sd of the logarithm) or empirical:3,5,5,8 (observations)"
    )]
    Law {
        /// What was given.
        text: String,
        /// What is wrong with it.
        why: String,
    },
    /// The law has no exact answer in this model.
    #[error("{model} has no exact answer for {law}: {hint}")]
    Unsupported {
        /// The policy asked for.
        model: &'static str,
        /// The law given.
        law: String,
        /// The way out.
        hint: &'static str,
    },
    /// The table of probabilities would be too long.
    #[error(
        "the demand would need a table of {size} values (limit {limit}): count in larger units, or use normal:mean,sd"
    )]
    TooLarge {
        /// Length needed.
        size: usize,
        /// Length allowed.
        limit: usize,
    },
    /// A description of stages or sites that does not hold together.
    #[error("{0}")]
    Shape(String),
    /// The solver underneath failed.
    #[error("the solver failed: {0}; try again with other limits")]
    Solver(String),
}

/// Refuses anything but a finite number above zero.
pub(super) fn positive(name: &'static str, value: f64) -> Result<f64, PolicyError> {
    if value.is_finite() && value > 0.0 { Ok(value) } else { Err(PolicyError::NotPositive { name, value }) }
}

/// Refuses anything but a finite number of zero or more.
pub(super) fn not_negative(name: &'static str, value: f64) -> Result<f64, PolicyError> {
    if value.is_finite() && value >= 0.0 { Ok(value) } else { Err(PolicyError::Negative { name, value }) }
}
