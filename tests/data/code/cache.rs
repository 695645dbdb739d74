use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Keeps values for a while.
#[derive(Debug)]
pub struct Cache<'a, V> {
    entries: HashMap<String, Entry<V>>,
    lifetime: Duration,
    name: &'a str,
}

#[derive(Debug, Clone)]
struct Entry<V> {
    value: V,
    added: Instant,
}

impl<'a, V: Clone> Cache<'a, V> {
    pub fn new(name: &'a str, lifetime: Duration) -> Self {
        Self {
            entries: HashMap::new(),
            lifetime,
            name,
        }
    }

    pub fn get(&self, key: &str, now: Instant) -> Option<V> {
        let entry = self.entries.get(key)?;
        if now.duration_since(entry.added) > self.lifetime {
            return None;
        }
        Some(entry.value.clone())
    }

    pub fn put(&mut self, key: impl Into<String>, value: V, now: Instant) {
        let key = key.into();
        match self.entries.get_mut(&key) {
            Some(entry) if entry.added == now => {
                entry.value = value;
            }
            Some(entry) => *entry = Entry { value, added: now },
            None => {
                self.entries.insert(key, Entry { value, added: now });
            }
        }
    }

    pub fn sweep(&mut self, now: Instant) -> usize {
        let before = self.entries.len();
        let lifetime = self.lifetime;
        self.entries
            .retain(|_, entry| now.duration_since(entry.added) <= lifetime);
        before - self.entries.len()
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            '(' | ')' => out.push('_'),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forgets() {
        let start = Instant::now();
        let mut cache = Cache::new("test", Duration::from_secs(1));
        cache.put("a", 1, start);
        assert_eq!(cache.get("a", start), Some(1));
        assert_eq!(cache.get("a", start + Duration::from_secs(2)), None);
        assert_eq!(quoted("a(\"b\")"), "\"a_\\\"b\\\"_\"");
    }
}
