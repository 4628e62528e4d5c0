//! `near:48.85,2.35,5km`: a place and a distance.

use super::values::Trouble;
use crate::library::query::Filter;

/// Metres when no distance is written.
const DEFAULT_RADIUS_M: f64 = 5_000.0;
/// Half the way around the Earth: farther is nowhere.
const FARTHEST_M: f64 = 20_015_100.0;
/// Units of distance in metres.
const UNITS: [(&str, f64); 9] = [
    ("", 1000.0),
    ("m", 1.0),
    ("km", 1000.0),
    ("mi", 1609.344),
    ("mile", 1609.344),
    ("miles", 1609.344),
    ("ft", 0.3048),
    ("metres", 1.0),
    ("meters", 1.0),
];

/// Reads a place and a distance.
pub(super) fn near(written: &str) -> Result<Filter, Trouble> {
    let parts: Vec<&str> = written.split([',', ';']).map(str::trim).collect();
    let (latitude, longitude, distance) = match parts.as_slice() {
        [latitude, longitude] => (*latitude, *longitude, ""),
        [latitude, longitude, distance] => (*latitude, *longitude, *distance),
        [only] if only.starts_with(char::is_alphabetic) => {
            let reason = "wants latitude,longitude; the name of a place goes with place:";
            return Err(Trouble::new(reason).better_field("place", *only));
        }
        [_] => return Err(Trouble::new("wants a longitude after the latitude, as in near:48.85,2.35,5km")),
        _ => {
            return Err(Trouble::new(
                "wants latitude,longitude,distance with points in the numbers, as in near:48.85,2.35,5km",
            ));
        }
    };
    let latitude_deg = degrees(latitude, ('N', 'S'), 90.0, "latitude")?;
    let longitude_deg = degrees(longitude, ('E', 'W'), 180.0, "longitude")?;
    Ok(Filter::Near { latitude_deg, longitude_deg, radius_m: radius_m(distance)? })
}

/// Degrees, with a sign or with the letter of their half of the Earth.
fn degrees(written: &str, (plus, minus): (char, char), largest: f64, what: &str) -> Result<f64, Trouble> {
    let upper = written.to_uppercase();
    let (number, sign) = match (upper.strip_suffix(plus), upper.strip_suffix(minus)) {
        (Some(number), _) => (number, 1.0),
        (_, Some(number)) => (number, -1.0),
        _ => (upper.as_str(), 1.0),
    };
    let number = number.trim().trim_end_matches('°').replace('\u{2212}', "-");
    let is_plain = number.chars().all(|c| matches!(c, '0'..='9' | '.' | '-' | '+'));
    let Some(value) = number.parse::<f64>().ok().filter(|_| is_plain) else {
        return Err(Trouble::new(format!(
            "wants the {what} as a number of degrees, as in near:48.85,2.35,5km"
        )));
    };
    if value.abs() > largest {
        return Err(Trouble::new(format!("{what} goes from -{largest} to {largest} degrees")));
    }
    Ok(value * sign)
}

fn radius_m(written: &str) -> Result<f64, Trouble> {
    if written.is_empty() {
        return Ok(DEFAULT_RADIUS_M);
    }
    let split = written.find(|c: char| !matches!(c, '0'..='9' | '.')).unwrap_or(written.len());
    let (number, unit) = written.split_at(split);
    let unit = unit.trim().to_lowercase();
    let factor = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, factor)| factor);
    let (Some(factor), Ok(value)) = (factor, number.parse::<f64>()) else {
        return Err(Trouble::new("wants a distance in m, km or mi, as in near:48.85,2.35,5km"));
    };
    let radius_m = value * factor;
    if radius_m > 0.0 && radius_m <= FARTHEST_M {
        return Ok(radius_m);
    }
    Err(Trouble::new("wants a distance above 0 and at most 20015 km, half the way around the Earth"))
}
