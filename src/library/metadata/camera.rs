//! What people call a camera.

use super::text::one_line;

/// Beginnings of what makers write, in small letters, and what they are called.
const BRANDS: [(&str, &str); 38] = [
    ("nikon", "Nikon"),
    ("canon", "Canon"),
    ("sony", "Sony"),
    ("olympus", "Olympus"),
    ("om digital", "OM System"),
    ("om system", "OM System"),
    ("fuji", "Fujifilm"),
    ("panasonic", "Panasonic"),
    ("leica", "Leica"),
    ("pentax", "Pentax"),
    ("asahi", "Pentax"),
    ("ricoh", "Ricoh"),
    ("apple", "Apple"),
    ("samsung", "Samsung"),
    ("google", "Google"),
    ("huawei", "Huawei"),
    ("honor", "Honor"),
    ("xiaomi", "Xiaomi"),
    ("oneplus", "OnePlus"),
    ("oppo", "Oppo"),
    ("vivo", "Vivo"),
    ("realme", "Realme"),
    ("motorola", "Motorola"),
    ("lg", "LG"),
    ("htc", "HTC"),
    ("hmd", "HMD"),
    ("nokia", "Nokia"),
    ("eastman kodak", "Kodak"),
    ("kodak", "Kodak"),
    ("casio", "Casio"),
    ("konica minolta", "Konica Minolta"),
    ("minolta", "Minolta"),
    ("sigma", "Sigma"),
    ("hasselblad", "Hasselblad"),
    ("phase one", "Phase One"),
    ("seiko epson", "Epson"),
    ("hewlett-packard", "HP"),
    ("gopro", "GoPro"),
];

/// Maker and model without saying the maker twice.
pub(super) fn name(make: Option<&str>, model: Option<&str>) -> Option<String> {
    let make = make.map(one_line).filter(|make| !make.is_empty());
    let model = model.map(one_line).filter(|model| !model.is_empty());
    let brand = make.as_deref().map(|make| brand(make).unwrap_or(make));
    match (brand, model) {
        (None, None) => None,
        (Some(brand), None) => Some(brand.to_owned()),
        (None, Some(model)) => Some(model),
        (Some(brand), Some(model)) => {
            // The model may begin with the maker, or with a name that its maker bought.
            let whole_make = make.as_deref().unwrap_or_default();
            let rest = without(&model, whole_make).or_else(|| without(&model, brand));
            if let Some(rest) = rest {
                return Some(if rest.is_empty() { brand.to_owned() } else { format!("{brand} {rest}") });
            }
            let own = model.split(' ').next().and_then(|word| Some((word, self::brand(word)?)));
            match own {
                Some((word, own)) if word.eq_ignore_ascii_case(own) => {
                    Some(format!("{own}{}", model.get(word.len()..).unwrap_or_default()))
                }
                _ => Some(format!("{brand} {model}")),
            }
        }
    }
}

/// A known maker's name.
fn brand(make: &str) -> Option<&'static str> {
    let make = make.to_lowercase();
    let is_it = |start: &str| {
        make.strip_prefix(start)
            .is_some_and(|rest| start.len() > 3 || !rest.starts_with(char::is_alphanumeric))
    };
    BRANDS.iter().find(|(start, _)| is_it(start)).map(|(_, brand)| *brand)
}

/// What follows the words at the beginning, whatever their case; `None` when it does not begin so.
fn without<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(words.len())?;
    let ends_there = rest.is_empty() || rest.starts_with([' ', '_']);
    (ends_there && !words.is_empty() && start.eq_ignore_ascii_case(words))
        .then(|| rest.trim_start_matches([' ', '_']))
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn cameras_are_called_what_people_call_them() {
        let cases = [
            ("NIKON CORPORATION", "NIKON D90", "Nikon D90"),
            ("Canon", "Canon EOS 5D Mark III", "Canon EOS 5D Mark III"),
            ("SONY", "ILCE-7M3", "Sony ILCE-7M3"),
            ("OLYMPUS IMAGING CORP.", "E-M5", "Olympus E-M5"),
            ("RICOH IMAGING COMPANY, LTD.", "PENTAX K-1", "Pentax K-1"),
            ("PENTAX Corporation", "PENTAX K10D", "Pentax K10D"),
            ("EASTMAN KODAK COMPANY", "KODAK DX6490", "Kodak DX6490"),
            ("Hewlett-Packard", "HP PhotoSmart 618", "HP PhotoSmart 618"),
            ("LG Electronics", "LG-H815", "LG LG-H815"),
            ("Apple", "iPhone 12 Pro", "Apple iPhone 12 Pro"),
            ("Someone", "Box", "Someone Box"),
            ("Canon", "", "Canon"),
            ("", "Box", "Box"),
            ("LGX", "a", "LGX a"),
        ];
        for (make, model, expected) in cases {
            assert_eq!(name(Some(make), Some(model)).as_deref(), Some(expected));
        }
        assert_eq!(name(None, Some(" ")), None);
    }
}
