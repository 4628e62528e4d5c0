//! An XMP packet as a list of paths with values.
//!
//! Entities are the way in which XML grows without bounds, and they need a DTD: with those refused, what is read is no
//! larger than what is there. Sizes, depth and counts are bounded all the same, because attributes and declared
//! namespaces are compared with each other.

use std::borrow::Cow;

use roxmltree::{Document, Node, ParsingOptions};

use super::text::clean;

/// Longest packet that is read, in bytes. Lightroom's masks and Photoshop's histories come to some megabytes.
const LONGEST_PACKET: usize = 16 * 1024 * 1024;
/// Comparisons of attributes at most: one element with 5000, or many with a few hundred as raw developers write them.
const MOST_COMPARISONS: usize = 25_000_000;
/// Declared namespaces at most.
const MOST_NAMESPACES: usize = 500;
/// Elements, texts and comments at most.
const MOST_NODES: u32 = 400_000;
/// Properties at most.
const MOST_PROPERTIES: usize = 3000;
/// Values of one property at most.
const MOST_VALUES: usize = 2000;
/// Structures within structures at most.
const DEEPEST: usize = 10;

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const XML: &str = "http://www.w3.org/XML/1998/namespace";
const REGIONS: &str = "http://www.metadataworkinggroup.com/schemas/regions/";
const MICROSOFT_REGION: &str = "http://ns.microsoft.com/photo/1.2/t/Region#";

/// Namespaces that are read, with their usual prefixes. Those of raw developers and histories are not among them:
/// thousands of numbers that say nothing of the picture.
const NAMESPACES: [(&str, &str); 19] = [
    ("http://purl.org/dc/elements/1.1/", "dc"),
    ("http://ns.adobe.com/xap/1.0/", "xmp"),
    ("http://ns.adobe.com/xap/1.0/rights/", "xmpRights"),
    ("http://ns.adobe.com/xmp/note/", "xmpNote"),
    ("http://ns.adobe.com/photoshop/1.0/", "photoshop"),
    ("http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/", "Iptc4xmpCore"),
    ("http://iptc.org/std/Iptc4xmpExt/2008-02-29/", "Iptc4xmpExt"),
    ("http://ns.adobe.com/lightroom/1.0/", "lr"),
    ("http://ns.adobe.com/exif/1.0/", "exif"),
    ("http://cipa.jp/exif/1.0/", "exifEX"),
    ("http://ns.adobe.com/tiff/1.0/", "tiff"),
    ("http://ns.adobe.com/exif/1.0/aux/", "aux"),
    ("http://www.digikam.org/ns/1.0/", "digiKam"),
    ("http://ns.microsoft.com/photo/1.0/", "MicrosoftPhoto"),
    ("http://ns.microsoft.com/photo/1.0", "MicrosoftPhoto"),
    ("http://ns.microsoft.com/photo/1.0#", "MicrosoftPhoto"),
    ("http://ns.useplus.org/ldf/xmp/1.0/", "plus"),
    ("http://ns.google.com/photos/1.0/creations/", "GCreations"),
    ("http://ns.google.com/photos/1.0/panorama/", "GPano"),
];

/// A property with all its values.
#[derive(Debug)]
pub(super) struct Property {
    /// The usual prefix of its namespace, whatever the file calls it.
    pub prefix: &'static str,
    /// Its name; below a structure `Flash/Fired`.
    pub path: String,
    /// One, or as many as the list has. Of alternatives in several languages only the default.
    pub values: Vec<String>,
}

/// Everything read of a packet.
#[derive(Debug, Default)]
pub(super) struct Properties {
    all: Vec<Property>,
    people: Vec<String>,
}

impl Properties {
    /// Reads a packet; the error is in words.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() > LONGEST_PACKET {
            return Err("they are too long".to_owned());
        }
        let text = text_of(bytes);
        let text = trimmed(&text);
        refuse_crowds(text)?;
        let options = ParsingOptions { nodes_limit: MOST_NODES, ..ParsingOptions::default() };
        let document = Document::parse_with_options(text, options).map_err(|error| error.to_string())?;

        let mut properties = Self::default();
        let is_description = |node: &Node<'_, '_>| {
            node.has_tag_name((RDF, "Description"))
                && node.parent_element().is_some_and(|parent| parent.has_tag_name((RDF, "RDF")))
        };
        for description in document.descendants().filter(is_description) {
            properties.read_fields(description, None, 0);
        }
        let people = document.descendants().filter(Node::is_element).filter_map(person);
        properties.people = people.map(|name| clean(&name)).take(MOST_VALUES).collect();
        Ok(properties)
    }

    /// All of them, in the order of the packet.
    pub fn iter(&self) -> impl Iterator<Item = &Property> {
        self.all.iter()
    }

    /// Values of a property; empty when it is not there.
    pub fn all(&self, prefix: &str, path: &str) -> &[String] {
        let property = self.all.iter().find(|property| property.prefix == prefix && property.path == path);
        property.map_or(&[], |property| &property.values)
    }

    /// First value of a property.
    pub fn first(&self, prefix: &str, path: &str) -> Option<&str> {
        self.all(prefix, path).first().map(String::as_str)
    }

    /// Names of marked faces.
    pub fn people(&self) -> &[String] {
        &self.people
    }

    /// Fields of a structure, or the properties of the whole: attributes and elements.
    fn read_fields(&mut self, node: Node<'_, '_>, above: Option<(&'static str, &str)>, depth: usize) {
        for attribute in node.attributes() {
            let Some((prefix, path)) = place(attribute.namespace(), attribute.name(), above) else {
                continue;
            };
            self.push(prefix, path, vec![attribute.value().to_owned()]);
        }
        for element in node.children().filter(Node::is_element) {
            let name = element.tag_name();
            if let Some((prefix, path)) = place(name.namespace(), name.name(), above) {
                self.read_property(element, prefix, path, depth);
            }
        }
    }

    /// One property in any of RDF's shapes.
    fn read_property(&mut self, element: Node<'_, '_>, prefix: &'static str, path: String, depth: usize) {
        if depth > DEEPEST || self.all.len() >= MOST_PROPERTIES {
            return;
        }
        let above = Some((prefix, path.as_str()));
        let list = element
            .children()
            .find(|child| ["Bag", "Seq", "Alt"].iter().any(|name| child.has_tag_name((RDF, *name))));
        if let Some(list) = list {
            let items = || list.children().filter(|child| child.has_tag_name((RDF, "li"))).take(MOST_VALUES);
            if list.has_tag_name((RDF, "Alt")) {
                let is_default = |item: &Node<'_, '_>| item.attribute((XML, "lang")) == Some("x-default");
                let chosen = items().find(is_default).or_else(|| items().next());
                let values = chosen.map(own_text).into_iter().collect();
                self.push(prefix, path, values);
                return;
            }
            for item in items().filter(|item| item.children().any(|child| child.is_element())) {
                self.read_structure(item, above, depth + 1);
            }
            let texts = items().filter(|item| !item.children().any(|child| child.is_element())).map(own_text);
            self.push(prefix, path.clone(), texts.collect());
            return;
        }
        let has_fields = element.children().any(|child| child.is_element())
            || element.attributes().any(|attribute| !is_syntax(attribute.namespace()));
        if has_fields {
            self.read_structure(element, above, depth + 1);
            return;
        }
        let resource = element.attribute((RDF, "resource")).map(str::to_owned);
        self.push(prefix, path.clone(), vec![resource.unwrap_or_else(|| own_text(element))]);
    }

    /// A structure, whether its fields lie in a description of their own or not.
    fn read_structure(&mut self, node: Node<'_, '_>, above: Option<(&'static str, &str)>, depth: usize) {
        let own = node.children().find(|child| child.has_tag_name((RDF, "Description"))).unwrap_or(node);
        // A value with remarks to it.
        if let Some(value) = own.children().find(|child| child.has_tag_name((RDF, "value"))) {
            if let Some((prefix, path)) = above {
                self.push(prefix, path.to_owned(), vec![own_text(value)]);
            }
            return;
        }
        self.read_fields(own, above, depth);
    }

    /// Adds values, to the property of that name where it is there already.
    fn push(&mut self, prefix: &'static str, path: String, mut values: Vec<String>) {
        values.retain(|value| !value.trim().is_empty());
        if values.is_empty() {
            return;
        }
        let is_it = |property: &&mut Property| property.prefix == prefix && property.path == path;
        if let Some(property) = self.all.iter_mut().find(is_it) {
            let room = MOST_VALUES.saturating_sub(property.values.len());
            property.values.extend(values.into_iter().take(room));
        } else if self.all.len() < MOST_PROPERTIES {
            self.all.push(Property { prefix, path, values });
        }
    }
}

/// The prefix and the path of a name; `None` where it is not read. Fields keep the prefix of what they are in.
fn place(
    namespace: Option<&str>,
    name: &str,
    above: Option<(&'static str, &str)>,
) -> Option<(&'static str, String)> {
    let namespace = namespace?;
    if let Some((prefix, path)) = above {
        return (!is_syntax(Some(namespace))).then(|| (prefix, format!("{path}/{name}")));
    }
    let (_, prefix) = NAMESPACES.iter().find(|(known, _)| *known == namespace)?;
    Some((*prefix, name.to_owned()))
}

/// Whether a namespace is RDF's or XML's own.
fn is_syntax(namespace: Option<&str>) -> bool {
    matches!(namespace, None | Some(RDF | XML))
}

/// Text directly below an element.
fn own_text(node: Node<'_, '_>) -> String {
    node.children().filter(Node::is_text).filter_map(|child| child.text()).collect()
}

/// The name of a marked face: regions of the Metadata Working Group, where other things are marked too, or Microsoft's.
fn person(node: Node<'_, '_>) -> Option<String> {
    let field = |namespace, name| {
        let element = || node.children().find(|child| child.has_tag_name((namespace, name))).map(own_text);
        node.attribute((namespace, name)).map(str::to_owned).or_else(element)
    };
    if let Some(name) = field(MICROSOFT_REGION, "PersonDisplayName") {
        return Some(name);
    }
    let kind = || field(REGIONS, "Type");
    field(REGIONS, "Name").filter(|_| kind().is_none_or(|kind| kind.trim().eq_ignore_ascii_case("face")))
}

/// UTF-8, or UTF-16 when a byte order mark or the zeros of its first letter say so.
fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.as_chunks::<2>().0.iter().map(|pair| unit(*pair));
        Cow::Owned(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        [b'<', 0, ..] => wide(bytes, u16::from_le_bytes),
        [0, b'<', ..] => wide(bytes, u16::from_be_bytes),
        _ => String::from_utf8_lossy(bytes),
    }
}

/// The packet without the padding around it.
fn trimmed(text: &str) -> &str {
    let from = ["<x:xmpmeta", "<x:xapmeta", "<rdf:RDF"].iter().find_map(|start| text.find(start));
    let Some(text) = from.and_then(|from| text.get(from..)) else {
        return text.trim_matches(|c: char| c.is_whitespace() || c == '\0' || c == '\u{feff}');
    };
    let ends = ["</x:xmpmeta>", "</x:xapmeta>", "</rdf:RDF>"];
    let to = ends.iter().find_map(|end| text.rfind(end).map(|at| at + end.len()));
    to.and_then(|to| text.get(..to)).unwrap_or(text)
}

/// Refuses what would take long to read: the reader compares all attributes of an element with each other, and looks
/// through all namespaces.
fn refuse_crowds(text: &str) -> Result<(), String> {
    if text.matches("xmlns").count() > MOST_NAMESPACES {
        return Err("they declare too many namespaces".to_owned());
    }
    // No attribute without this sign; a few more stand in texts.
    let attributes = |tag: &str| tag.bytes().filter(|byte| *byte == b'=').count();
    let comparisons =
        text.split('<').map(attributes).fold(0, |sum: usize, count| sum.saturating_add(count * count));
    if comparisons > MOST_COMPARISONS {
        return Err("they have too many attributes".to_owned());
    }
    Ok(())
}
