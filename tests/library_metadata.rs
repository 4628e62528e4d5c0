//! Metadata of small files, compared with what exiftool says of them; and of broken ones, which must not matter.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use std::{ffi::OsStr, fs, path::PathBuf};

use proptest::prelude::*;
use serde_json::Value;
use vitrine::library::Format;
use vitrine::library::format::RawFamily;
use vitrine::library::metadata::{DateTime, Group, Metadata, Rational, read, search_text};

fn folder() -> PathBuf {
    PathBuf::from(FIXTURES)
}

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/metadata");

fn fixture(name: &str) -> Vec<u8> {
    fs::read(folder().join(name)).unwrap()
}

fn format_of(name: &str, bytes: &[u8]) -> Format {
    Format::sniff(bytes, OsStr::new(name)).unwrap()
}

fn read_fixture(name: &str) -> Metadata {
    let bytes = fixture(name);
    read(&bytes, format_of(name, &bytes), None)
}

/// Names of all pictures, with what exiftool says of each.
fn expected() -> Vec<(String, Value)> {
    let json: Value = serde_json::from_slice(&fixture("expected.json")).unwrap();
    let all = json.as_object().unwrap().iter().map(|(name, said)| (name.clone(), said.clone()));
    all.filter(|(name, _)| *name != "sidecar.xmp").collect()
}

/// The first of these that exiftool knows, as text; lists with `; ` between their values.
fn first_text(said: &Value, keys: &[&str]) -> Option<String> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    };
    keys.iter().find_map(|key| said.get(key)).map(text)
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn first_number(said: &Value, keys: &[&str]) -> Option<f64> {
    let one = |value: &Value| value.as_f64().or_else(|| value.as_str()?.parse().ok());
    let number = |value: &Value| one(value).or_else(|| one(value.get(0)?));
    keys.iter().find_map(|key| said.get(key)).map(|value| number(value).unwrap())
}

#[test]
fn texts_are_those_that_exiftool_reads() {
    for (name, said) in expected() {
        let found = read_fixture(&name);
        let compare = |what: &str, found: &Option<String>, keys: &[&str]| {
            assert_eq!(*found, first_text(&said, keys), "{what} of {name}");
        };
        compare("make", &found.camera_make, &["EXIF:Make", "XMP:Make"]);
        compare("model", &found.camera_model, &["EXIF:Model", "XMP:Model"]);
        compare("title", &found.title, &["XMP:Title", "IPTC:ObjectName", "EXIF:XPTitle"]);
        compare("copyright", &found.copyright, &["XMP:Rights", "IPTC:CopyrightNotice"]);
        compare("creator", &found.creator, &["XMP:Creator", "IPTC:By-line", "EXIF:XPAuthor"]);
        compare("city", &found.city, &["XMP:City", "IPTC:City"]);
        compare("state", &found.state, &["XMP:State"]);
        compare("country", &found.country, &["XMP:Country", "IPTC:Country-PrimaryLocationName"]);
        compare("location", &found.location, &["XMP:Location"]);
        compare("label", &found.color_label, &["XMP:Label"]);
        let captions = ["XMP:Description", "IPTC:Caption-Abstract", "EXIF:XPComment", "EXIF:UserComment"];
        compare("caption", &found.caption, &captions);
        assert_eq!(found.warnings, Vec::<String>::new(), "warnings of {name}");
    }
}

#[test]
fn numbers_are_those_that_exiftool_reads() {
    let near = |found: Option<f64>, expected: Option<f64>| match (found, expected) {
        (None, None) => true,
        (Some(found), Some(expected)) => (found - expected).abs() <= 1e-7 * expected.abs().max(1.0),
        _ => false,
    };
    for (name, said) in expected() {
        let found = read_fixture(&name);
        let compare = |what: &str, found: Option<f64>, keys: &[&str]| {
            let expected = first_number(&said, keys);
            assert!(near(found, expected), "{what} of {name}: {found:?} is not {expected:?}");
        };
        let value = |number: Option<Rational>| number.map(Rational::value);
        compare("f-number", value(found.f_number), &["EXIF:FNumber", "XMP:FNumber"]);
        compare("exposure", value(found.exposure_secs), &["EXIF:ExposureTime", "XMP:ExposureTime"]);
        compare("focal length", value(found.focal_mm), &["EXIF:FocalLength"]);
        compare("focal length on film", value(found.focal_35mm), &["EXIF:FocalLengthIn35mmFormat"]);
        compare("bias", value(found.exposure_bias_ev), &["EXIF:ExposureCompensation"]);
        let speeds = ["EXIF:RecommendedExposureIndex", "EXIF:ISO", "XMP:ISO"];
        compare("speed", found.iso.map(f64::from), &speeds);
        compare("stars", found.rating.map(f64::from), &["XMP:Rating", "EXIF:Rating"]);
        let orientation = first_number(&said, &["EXIF:Orientation"]).unwrap_or(1.0);
        assert_eq!(f64::from(found.orientation), orientation, "orientation of {name}");
        let gps = found.gps;
        let latitudes = ["Composite:GPSLatitude", "XMP:GPSLatitude"];
        compare("latitude", gps.map(|gps| gps.latitude_deg), &latitudes);
        compare(
            "longitude",
            gps.map(|gps| gps.longitude_deg),
            &["Composite:GPSLongitude", "XMP:GPSLongitude"],
        );
        let height = gps.and_then(|gps| gps.altitude_m);
        compare("altitude", height, &["Composite:GPSAltitude", "XMP:GPSAltitude"]);
    }
}

#[test]
fn dates_are_those_that_exiftool_reads() {
    for (name, said) in expected() {
        let keys = [
            "Composite:SubSecDateTimeOriginal",
            "EXIF:DateTimeOriginal",
            "EXIF:ModifyDate",
            "XMP:DateCreated",
            "Composite:DateTimeCreated",
        ];
        let expected = first_text(&said, &keys).map(|text| DateTime::parse(&text).unwrap());
        assert_eq!(read_fixture(&name).taken, expected, "{name}");
    }
    let all = read_fixture("all.jpg").taken.unwrap();
    assert_eq!(all.to_string(), "2023-05-07 14:03:22 +02:00");
    assert_eq!(all.subsec_nanos, Some(250_000_000));
    // date -u -d '2023-05-07 14:03:22' +%s
    assert_eq!((all.wall_secs(), all.offset_minutes), (1_683_468_202, Some(120)));
    assert_eq!(read_fixture("south_west.jpg").taken.unwrap().offset_minutes, None);
}

#[test]
fn tags_and_people_come_in_order_without_repeats() {
    let all = read_fixture("all.jpg");
    let tags = [
        "tower",
        "Regen",
        "Places|France|Paris",
        "Places",
        "France",
        "Paris",
        "fête",
        "night",
        "eins",
        "zwei",
    ];
    assert_eq!(all.tags, tags);
    // The dog of the picture is marked, but is no person.
    assert_eq!(all.people, ["Bob Ross", "Ana Núñez"]);
    let map = read_fixture("map.jpg");
    assert_eq!(map.tags, ["Animals|Dog", "Animals", "Dog", "Places|Sydney", "Places", "Sydney"]);
    assert_eq!(read_fixture("records_latin.jpg").tags, read_fixture("records_utf8.jpg").tags);
}

#[test]
fn both_shapes_of_xmp_say_the_same() {
    let (long, short) = (read_fixture("words.jpg"), read_fixture("short.jpg"));
    assert_eq!((&long.title, &long.tags, &long.people), (&short.title, &short.tags, &short.people));
    assert_eq!((&long.city, long.rating, &long.color_label), (&short.city, short.rating, &short.color_label));
    assert_eq!(short.f_number.map(Rational::value), Some(2.8));
    assert_eq!(short.flash_fired, Some(true));
    assert_eq!(long.flash_fired, Some(false));
}

#[test]
fn a_sidecar_has_the_last_word_on_texts_and_exif_on_the_exposure() {
    let (bytes, sidecar) = (fixture("all.jpg"), fixture("sidecar.xmp"));
    let found = read(&bytes, Format::Jpeg, Some(&sidecar));
    assert_eq!(found.title.as_deref(), Some("From beside"));
    assert_eq!(found.tags, ["beside"]);
    assert_eq!(found.rating, Some(2));
    // Its city does not go with another source's country.
    assert_eq!((found.city.as_deref(), found.country), (Some("Rom"), None));
    assert_eq!(found.caption.as_deref(), Some("Der Turm\nim Regen"));
    assert_eq!(found.f_number.map(Rational::value), Some(5.6));
    assert_eq!(found.gps.map(|gps| (gps.latitude_deg, gps.longitude_deg)), Some((1.5, -2.5)));
    let alone = read(&fixture("old.png")[..33], Format::Png, Some(&sidecar));
    assert_eq!(alone.f_number.map(Rational::value), Some(22.0));
}

#[test]
fn fields_are_in_words() {
    let found = read_fixture("all.tif");
    let value = |group, name: &str| {
        let field = found.fields.iter().find(|field| field.group == group && field.name == name);
        field.map_or_else(|| panic!("no {name} among {:#?}", found.fields), |field| field.value.clone())
    };
    let cases = [
        (Group::File, "Type", "tiff"),
        (Group::Exif, "Exposure time", "1/200 s"),
        (Group::Exif, "Aperture", "f/5.6"),
        (Group::Exif, "ISO", "400"),
        (Group::Exif, "Focal length", "52.5 mm"),
        (Group::Exif, "Focal length (35 mm)", "78 mm"),
        (Group::Exif, "Exposure bias", "-0.67 EV"),
        (Group::Exif, "Flash", "did not fire, always off"),
        (Group::Exif, "Metering", "pattern"),
        (Group::Exif, "Exposure program", "aperture priority"),
        (Group::Exif, "White balance", "manual"),
        (Group::Exif, "Orientation", "turned left; to be turned right"),
        (Group::Gps, "Position", "48.85837° N, 2.29448° E"),
        (Group::Gps, "Altitude", "35.5 m"),
        (Group::Gps, "Direction of view", "123.5° from true north"),
        (Group::Gps, "Speed", "3.6 km/h"),
        (Group::Gps, "Time", "2023-05-07 12:03:22 UTC"),
        (Group::Exif, "Modified", "2024-01-01 00:00:00"),
        (Group::Iptc, "Date created", "2021-12-31"),
        (Group::Iptc, "Keywords", "fête; night"),
        (Group::Xmp, "Keywords", "tower; Regen"),
        (Group::Xmp, "Creator", "Ana Núñez; 李雷"),
        (Group::Xmp, "Person", "Bob Ross"),
    ];
    for (group, name, expected) in cases {
        assert_eq!(value(group, name), expected, "{name}");
    }
    assert_eq!(found.camera().as_deref(), Some("Nikon D90"));
    assert_eq!(found.color_space.as_deref(), Some("sRGB"));
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(json["fields"][0]["group"], "File");
    assert_eq!(json["exposure_secs"]["den"], 200);
}

#[test]
fn a_search_finds_what_is_shown() {
    let text = search_text(&read_fixture("all.tif"));
    for words in [
        "Nikon D90",
        "18.0-105.0 mm f/3.5-5.6",
        "Der Turm im Regen",
        "Paris",
        "Champ de Mars",
        "李雷",
        "Bob Ross",
        "fête",
        "2023-05-07",
        "May",
        "Sunday",
        "iso400",
        "52.5mm",
        "f5.6",
        "1/200 s",
        "aperture priority",
    ] {
        assert!(text.contains(words), "{words} is not in {text}");
    }
    assert_eq!(search_text(&Metadata::default()), "");
}

#[test]
fn an_encoders_word_for_nothing_is_no_caption() {
    let description = read_fixture("windows.jpg");
    assert_eq!(description.caption.as_deref(), Some("Kommentar"));
    let exif = tiff(&[(0x010e, 2, b"SONY DSC\0".to_vec())]);
    assert_eq!(read(&exif, Format::Tiff, None).caption, None);
    let exif = tiff(&[(0x010e, 2, b"A dog\0".to_vec())]);
    assert_eq!(read(&exif, Format::Tiff, None).caption.as_deref(), Some("A dog"));
}

/// A little-endian TIFF with one directory; (tag, kind, bytes), where the kind gives the count.
fn tiff(entries: &[(u16, u16, Vec<u8>)]) -> Vec<u8> {
    directory_at(8, entries).0
}

fn directory_at(at: usize, entries: &[(u16, u16, Vec<u8>)]) -> (Vec<u8>, usize) {
    let mut head = b"II*\0".to_vec();
    head.extend((at as u32).to_le_bytes());
    head.resize(at, 0);
    head.extend((entries.len() as u16).to_le_bytes());
    let mut data = Vec::<u8>::new();
    let after = at + 2 + 12 * entries.len() + 4;
    for (tag, kind, value) in entries {
        let size = match kind {
            3 => 2,
            4 => 4,
            5 | 10 => 8,
            _ => 1,
        };
        head.extend(tag.to_le_bytes());
        head.extend(kind.to_le_bytes());
        head.extend(((value.len() / size) as u32).to_le_bytes());
        if value.len() <= 4 {
            head.extend(value);
            head.resize(head.len() + 4 - value.len(), 0);
        } else {
            head.extend(((after + data.len()) as u32).to_le_bytes());
            data.extend(value);
        }
    }
    head.extend([0; 4]);
    head.extend(data);
    (head, after)
}

/// A file whose GPS directory has these entries.
fn with_gps(entries: &[(u16, u16, Vec<u8>)]) -> Metadata {
    let pointer = |to: u32| tiff(&[(0x8825, 4, to.to_le_bytes().to_vec())]);
    let first = pointer(0).len();
    let mut file = pointer(first as u32);
    let (gps, _) = directory_at(first, entries);
    file.extend(&gps[first..]);
    read(&file, Format::Tiff, None)
}

fn ratios(pairs: &[(u32, u32)]) -> Vec<u8> {
    pairs.iter().flat_map(|(num, den)| [num.to_le_bytes(), den.to_le_bytes()].concat()).collect()
}

#[test]
fn shooting_data_may_lie_in_the_first_directory() {
    let exif = tiff(&[(0x829d, 5, ratios(&[(62, 10)])), (0xa405, 3, vec![69, 0])]);
    let found = read(&exif, Format::Tiff, None);
    assert_eq!(found.f_number.map(|number| number.to_string()).as_deref(), Some("62/10"));
    assert_eq!(found.focal_35mm.map(Rational::value), Some(69.0));
}

#[test]
fn iptc_as_words_of_four_bytes_is_turned_round() {
    let mut records = b"\x1c\x02\x5a\0\x04K\xf6ln".to_vec();
    records.resize(12, 0);
    let turned: Vec<u8> = records.chunks(4).flat_map(|word| word.iter().rev().copied()).collect();
    for bytes in [records, turned] {
        let found = read(&tiff(&[(33723, 4, bytes)]), Format::Tiff, None);
        assert_eq!(found.city.as_deref(), Some("Köln"));
    }
}

#[test]
fn gifs_have_comments_and_xmp() {
    let mut file = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff".to_vec();
    file.extend(b"\x21\xfe\x03A d\x02og\0\x21\xff\x0bXMP DataXMP");
    file.extend(packet("", "<dc:title>Rex</dc:title>").as_bytes());
    file.push(1);
    file.extend((0..=255).rev());
    file.push(0);
    file.extend(b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x21\xfe\x05later\0;");
    let found = read(&file, Format::Gif, None);
    assert_eq!((found.title.as_deref(), found.caption.as_deref()), (Some("Rex"), Some("A dog")));
    let comments: Vec<_> = found.fields.iter().filter(|field| field.name == "Comment").collect();
    assert_eq!(comments.iter().map(|field| field.value.as_str()).collect::<Vec<_>>(), ["A dog", "later"]);
}

#[test]
fn positions_that_cannot_be_are_left_out() {
    let at = |north: &[(u32, u32)], east: &[(u32, u32)], references: Option<(u8, u8)>| {
        let mut entries = Vec::new();
        if let Some((north, east)) = references {
            entries.push((1, 2, vec![north, 0]));
            entries.push((3, 2, vec![east, 0]));
        }
        entries.push((2, 5, ratios(north)));
        entries.push((4, 5, ratios(east)));
        with_gps(&entries).gps.map(|gps| (gps.latitude_deg, gps.longitude_deg))
    };
    let both = Some((b'S', b'W'));
    let half = [(10, 1), (30, 1), (0, 1)];
    assert_eq!(at(&half, &half, both), Some((-10.5, -10.5)));
    assert_eq!(at(&half, &half, None), Some((10.5, 10.5)));
    // Seconds that are not known, and degrees that are not.
    assert_eq!(at(&[(10, 1), (30, 1), (0, 0)], &half, both), Some((-10.5, -10.5)));
    assert_eq!(at(&[(10, 0), (30, 1), (0, 1)], &half, both), None);
    assert_eq!(at(&[(10, 1), (30, 0), (0, 1)], &half, both), None);
    assert_eq!(at(&[(91, 1), (0, 1), (0, 1)], &half, both), None);
    assert_eq!(at(&half, &[(180, 1), (0, 1), (1, 1)], both), None);
    // No fix; but a boat may be there.
    let zero = [(0, 1), (0, 1), (0, 1)];
    assert_eq!(at(&zero, &zero, None), None);
    assert_eq!(at(&zero, &zero, Some((b'N', b'E'))), Some((0.0, 0.0)));
}

#[test]
fn dates_that_are_none_are_refused() {
    for none in [
        "",
        "0000:00:00 00:00:00",
        "    :  :     :  :  ",
        "2023:13:01 00:00:00",
        "2023:02:29 00:00:00",
        "2023:05:07 24:00:00",
        "2023",
        "2023-05",
        "0000:01:01 00:00:00",
    ] {
        assert_eq!(DateTime::parse(none), None, "{none}");
    }
    for (text, expected) in [
        ("2023:05:07 14:03:22", "2023-05-07 14:03:22"),
        ("2023-05-07T14:03", "2023-05-07 14:03:00"),
        ("2023-05-07", "2023-05-07 00:00:00"),
        ("2023-05-07T14:03:22.125Z", "2023-05-07 14:03:22 +00:00"),
        ("2023-05-07T14:03-03:30", "2023-05-07 14:03:00 -03:30"),
        ("1969:12:31 23:59:60", "1969-12-31 23:59:59"),
        ("2023-05-07T14:03:22+99:00", "2023-05-07 14:03:22"),
    ] {
        assert_eq!(DateTime::parse(text).unwrap().to_string(), expected);
    }
    assert_eq!(DateTime::parse("1969:12:31 23:59:59").unwrap().wall_secs(), -1);
}

#[test]
fn directories_in_circles_end() {
    // EXIF, GPS and interoperability all lead back to the first directory.
    let mut file = b"II*\0\x08\0\0\0\x03\0".to_vec();
    for tag in [0x8769_u16, 0x8825, 0xa005] {
        file.extend(tag.to_le_bytes());
        file.extend([4, 0, 1, 0, 0, 0, 8, 0, 0, 0]);
    }
    file.extend([8, 0, 0, 0]);
    let found = read(&file, Format::Tiff, None);
    assert!(found.warnings.iter().any(|warning| warning.contains("circles")), "{:?}", found.warnings);
}

#[test]
fn wide_files_are_read_too() {
    // BigTIFF: counts and offsets have eight bytes.
    let mut file = b"MM\0+\0\x08\0\0\0\0\0\0\0\0\0\x10\0\0\0\0\0\0\0\x02".to_vec();
    file.extend(b"\x01\x0f\0\x02\0\0\0\0\0\0\0\x08Hasselb\0");
    file.extend(b"\x01\x10\0\x81\0\0\0\0\0\0\0\x0b\0\0\0\0\0\0\0\x48\0\0\0\0\0\0\0\0");
    file.resize(0x48, 0);
    file.extend("H5D-Über".as_bytes());
    file.extend([0; 4]);
    let found = read(&file, Format::Tiff, None);
    assert_eq!(found.camera_make.as_deref(), Some("Hasselb"));
    assert_eq!(found.camera_model.as_deref(), Some("H5D-Über"));
}

#[test]
fn absurd_counts_cost_nothing() {
    let mut file = b"II*\0\x08\0\0\0\xff\xff".to_vec();
    file.extend([0x0f, 0x01, 0x0c, 0x00, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
    file.extend([0x10, 0x01, 0x02, 0x00, 0xff, 0xff, 0xff, 0x7f, 0x08, 0, 0, 0]);
    let found = read(&file, Format::Tiff, None);
    assert_eq!((found.camera_make, found.camera_model), (None, None));
    assert!(found.warnings.iter().any(|warning| warning.contains("cut off")), "{:?}", found.warnings);
}

/// XMP around these elements of its description.
fn packet(head: &str, inside: &str) -> String {
    format!(
        "{head}<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\
         <rdf:Description xmlns:dc='http://purl.org/dc/elements/1.1/'>{inside}</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
}

fn read_packet(packet: &[u8]) -> Metadata {
    read(b"", Format::Bmp, Some(packet))
}

#[test]
fn bombs_and_crowds_in_xmp_are_refused() {
    assert_eq!(read_packet(packet("", "<dc:title>A</dc:title>").as_bytes()).title.as_deref(), Some("A"));
    // A milliard laughs: the text before the packet is cut away with the entities, and the reader refuses the rest.
    let entities = "<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;'>]>";
    let laughs = read_packet(packet(entities, "<dc:title>&c;</dc:title>").as_bytes());
    assert_eq!(laughs.title, None);
    assert_eq!(laughs.warnings.len(), 1);
    let inner = format!("<dc:title>{entities}&c;</dc:title>");
    assert_eq!(read_packet(packet("", &inner).as_bytes()).title, None);

    let attributes = (0..6000).map(|index| format!(" a{index}=\"\"")).collect::<Vec<_>>().concat();
    let crowd = read_packet(packet("", &format!("<dc:title{attributes}>A</dc:title>")).as_bytes());
    assert!(crowd.warnings[0].contains("attributes"), "{:?}", crowd.warnings);
    let namespaces = (0..1000).map(|index| format!("<a xmlns:n{index}='b'/>")).collect::<Vec<_>>().concat();
    let crowd = read_packet(packet("", &namespaces).as_bytes());
    assert!(crowd.warnings[0].contains("namespaces"), "{:?}", crowd.warnings);
}

#[test]
fn deep_xmp_is_no_danger() {
    let depth = 60_000;
    let deep = format!("{}A{}", "<dc:title>".repeat(depth), "</dc:title>".repeat(depth));
    assert_eq!(read_packet(packet("", &deep).as_bytes()).title, None);
    // Structures within structures, as far as they are followed.
    let inner = "<rdf:Description>".repeat(3) + "<dc:title>A</dc:title>" + &"</rdf:Description>".repeat(3);
    assert_eq!(read_packet(packet("", &inner).as_bytes()).title, None);
}

#[test]
fn xmp_may_be_wide_or_wrapped() {
    let text = packet("", "<dc:title>Übung</dc:title>");
    let wide: Vec<u8> =
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(read_packet(&wide).title.as_deref(), Some("Übung"));
    let wrapped = format!("<?xpacket begin='\u{feff}'?>\n{text}\n   <?xpacket end='w'?>\0\0");
    assert_eq!(read_packet(wrapped.as_bytes()).title.as_deref(), Some("Übung"));
    let spoof = packet("", "<dc:title>gpj.\u{202e}exe&#x7;</dc:title>");
    assert_eq!(read_packet(spoof.as_bytes()).title, None, "a control character is no XML");
    let spoof = packet("", "<dc:title>gpj.\u{202e}exe</dc:title>");
    assert_eq!(read_packet(spoof.as_bytes()).title.as_deref(), Some("gpj.exe"));
}

#[test]
fn a_year_alone_is_no_date_but_is_found() {
    let inside = "<photoshop:DateCreated xmlns:photoshop='http://ns.adobe.com/photoshop/1.0/'>1987</photoshop:DateCreated>";
    let found = read_packet(packet("", inside).as_bytes());
    assert_eq!(found.taken, None);
    assert!(search_text(&found).contains("1987"));
}

#[test]
fn the_beginning_of_a_file_is_enough() {
    let bytes = fixture("camera.jpg");
    let whole = read(&bytes, Format::Jpeg, None);
    let head = read(&bytes[..bytes.len() - 300], Format::Jpeg, None);
    assert_eq!((head.camera(), head.taken, head.gps), (whole.camera(), whole.taken, whole.gps));
}

/// Formats that look for something.
const FORMATS: [Format; 12] = [
    Format::Jpeg,
    Format::Png,
    Format::WebP,
    Format::Tiff,
    Format::Gif,
    Format::Raw(RawFamily::Cr3),
    Format::Raw(RawFamily::Raf),
    Format::Raw(RawFamily::Rw2),
    Format::Raw(RawFamily::Nef),
    Format::Heic,
    Format::Avif,
    Format::JpegXl,
];

fn is_sound(found: &Metadata) -> bool {
    let texts = found.fields.iter().map(|field| &field.value).chain(&found.tags).chain(&found.people);
    let all_clean = texts.chain(found.title.iter()).all(|text| {
        text.len() <= 1 << 22 && !text.chars().any(|c| c.is_control() && c != '\n') && !text.trim().is_empty()
    });
    let rationals = [found.f_number, found.exposure_secs, found.focal_mm, found.exposure_bias_ev];
    let on_earth =
        found.gps.is_none_or(|gps| gps.latitude_deg.abs() <= 90.0 && gps.longitude_deg.abs() <= 180.0);
    all_clean
        && on_earth
        && rationals.iter().flatten().all(|number| number.den() > 0)
        && (1..=8).contains(&found.orientation)
        && search_text(found).len() <= 1 << 20
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..600), format in 0..FORMATS.len()) {
        let found = read(&bytes, FORMATS[format], Some(&bytes));
        prop_assert!(is_sound(&found));
    }

    #[test]
    fn any_changed_file_is_read_without_harm(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40),
        cut in any::<prop::sample::Index>(),
    ) {
        let all = expected();
        let (name, _) = which.get(&all);
        let mut bytes = fixture(name);
        let format = format_of(name, &bytes);
        for (at, byte) in &changes {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        let found = read(&bytes, format, None);
        prop_assert!(is_sound(&found), "{found:?}");
        let found = read(&bytes[..cut.index(bytes.len())], format, None);
        prop_assert!(is_sound(&found), "{found:?}");
    }

    #[test]
    fn what_is_written_is_read_back(
        year in 1_i16..9999, month in 1_u8..=12, day in 1_u8..=28, hour in 0_u8..24, minute in 0_u8..60, second in 0_u8..60,
        offset in -840_i16..=840,
    ) {
        let text = format!("{year:04}:{month:02}:{day:02} {hour:02}:{minute:02}:{second:02}");
        let sign = if offset < 0 { '-' } else { '+' };
        let zone = format!("{sign}{:02}:{:02}", offset.abs() / 60, offset.abs() % 60);
        let moment = DateTime::parse(&text).unwrap().with_exif_parts(Some("5"), Some(&zone));
        prop_assert_eq!(moment.offset_minutes, Some(offset));
        prop_assert_eq!(moment.subsec_nanos, Some(500_000_000));
        let again = DateTime::parse(&moment.to_string()).unwrap();
        prop_assert_eq!((again.wall_secs(), again.offset_minutes), (moment.wall_secs(), Some(offset)));
    }
}
