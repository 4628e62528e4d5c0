//! How several sources come to one: which is asked first, and what is kept only once.

use super::{Field, Group, Metadata, text};

/// Tags and people kept at most.
const MOST_TAGS: usize = 2000;
/// Steps of a tag's hierarchy at most.
const DEEPEST_TAG: usize = 24;
/// Fields kept at most.
const MOST_FIELDS: usize = 4000;

impl Metadata {
    /// Texts, tags, places and marks: each from the first source that has it.
    pub(super) fn take_descriptions(&mut self, sources: [&Self; 5]) {
        let first =
            |part: fn(&Self) -> &Option<String>| sources.iter().find_map(|source| part(source).clone());
        self.title = first(|it| &it.title);
        self.caption = first(|it| &it.caption);
        self.creator = first(|it| &it.creator);
        self.copyright = first(|it| &it.copyright);
        self.color_label = first(|it| &it.color_label);
        self.rating = sources.iter().find_map(|source| source.rating);
        // A place of one source is not mixed with that of another.
        let has_place = |it: &&&Self| {
            it.city.is_some() || it.state.is_some() || it.country.is_some() || it.location.is_some()
        };
        if let Some(place) = sources.iter().find(has_place) {
            self.city.clone_from(&place.city);
            self.state.clone_from(&place.state);
            self.country.clone_from(&place.country);
            self.location.clone_from(&place.location);
        }
        // A sidecar with tags has all of them, and a tag taken away there is not to come back from the file.
        let [sidecar, inside @ ..] = sources;
        let of_tags = if sidecar.tags.is_empty() { &inside[..] } else { &[sidecar] };
        of_tags.iter().flat_map(|source| &source.tags).for_each(|tag| self.keep_tag(tag.clone()));
        let of_people = if sidecar.people.is_empty() { &inside[..] } else { &[sidecar] };
        of_people.iter().flat_map(|source| &source.people).for_each(|person| self.push_person(person));
    }

    /// How it was taken: each from the first source that has it.
    pub(super) fn take_shooting(&mut self, sources: [&Self; 5]) {
        fn first<T>(sources: [&Metadata; 5], part: fn(&Metadata) -> Option<T>) -> Option<T> {
            sources.iter().find_map(|source| part(source))
        }
        // Maker and model belong together.
        if let Some(camera) = sources.iter().find(|it| it.camera_model.is_some() || it.camera_make.is_some())
        {
            self.camera_make.clone_from(&camera.camera_make);
            self.camera_model.clone_from(&camera.camera_model);
        }
        self.lens = first(sources, |it| it.lens.clone());
        self.software = first(sources, |it| it.software.clone());
        self.color_space = first(sources, |it| it.color_space.clone());
        self.iso = first(sources, |it| it.iso);
        self.f_number = first(sources, |it| it.f_number);
        self.exposure_secs = first(sources, |it| it.exposure_secs);
        self.focal_mm = first(sources, |it| it.focal_mm);
        self.focal_35mm = first(sources, |it| it.focal_35mm);
        self.exposure_bias_ev = first(sources, |it| it.exposure_bias_ev);
        self.flash_fired = first(sources, |it| it.flash_fired);
        self.taken = first(sources, |it| it.taken);
        self.gps = first(sources, |it| it.gps);
    }

    /// Another block of the same kind says what this one does not.
    pub(super) fn lay_under(&mut self, other: Self) {
        let nothing = Self::default();
        let [first, second] = [&self.clone(), &other];
        self.tags.clear();
        self.people.clear();
        self.take_descriptions([&nothing, first, second, &nothing, &nothing]);
        self.take_shooting([first, second, &nothing, &nothing, &nothing]);
        self.take_fields(other);
    }

    /// Fields and warnings of a source, without repeats.
    pub(super) fn take_fields(&mut self, source: Self) {
        for field in source.fields {
            self.push_field(field.group, &field.name, field.value);
        }
        for warning in source.warnings {
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
    }

    /// Adds a field, unless it is there.
    pub(super) fn push_field(&mut self, group: Group, name: &str, value: String) {
        let value = text::bounded(value);
        let is_it = |field: &Field| field.group == group && field.name == name && field.value == value;
        if !value.is_empty() && self.fields.len() < MOST_FIELDS && !self.fields.iter().any(is_it) {
            self.fields.push(Field { group, name: name.to_owned(), value });
        }
    }

    /// Adds a tag; one of a hierarchy with its parts.
    pub(super) fn push_tag(&mut self, tag: &str) {
        let parts = tag.split('|').take(DEEPEST_TAG).map(|part| text::one_line(&text::clean(part)));
        let parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
        if parts.len() > 1 {
            self.keep_tag(parts.join("|"));
        }
        for part in parts {
            self.keep_tag(part);
        }
    }

    /// Adds a tag as it is, unless it is there.
    fn keep_tag(&mut self, tag: String) {
        if self.tags.len() < MOST_TAGS && !self.tags.contains(&tag) {
            self.tags.push(tag);
        }
    }

    /// Adds a name, unless it is there.
    pub(super) fn push_person(&mut self, person: &str) {
        let person = text::one_line(&text::clean(person));
        if !person.is_empty() && self.people.len() < MOST_TAGS && !self.people.contains(&person) {
            self.people.push(person);
        }
    }
}
