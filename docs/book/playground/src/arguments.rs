//! The fields of the form as a policy.

use reattempt::{Policy, PolicyConfig, preset};
use serde_json::{Map, Value};

/// The preset of a form, and the policy with the values of its fields.
#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) preset: &'static str,
    pub(crate) start: Policy,
    pub(crate) policy: Policy,
}

/// A field that is wrong, and the reason.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) field: String,
    pub(crate) message: String,
}

impl Refused {
    fn new(field: &str, message: &impl ToString) -> Refused {
        Refused { field: field.to_owned(), message: message.to_string() }
    }
}

impl Arguments {
    /// Reads an object of texts: `preset`, and the names of a [`PolicyConfig`]. An empty text is no value.
    pub(crate) fn read(fields: &str) -> Result<Arguments, Refused> {
        let mut fields: Map<String, Value> =
            serde_json::from_str(fields).map_err(|error| Refused::new("", &error))?;
        let name = fields.remove("preset");
        let name = name.as_ref().and_then(Value::as_str).filter(|name| !name.is_empty()).unwrap_or("default");
        let known = preset::ALL.iter().find(|(known, _)| *known == name);
        let (preset, start) =
            *known.ok_or_else(|| Refused::new("preset", &format!("there is no preset `{name}`")))?;
        fields.retain(|_, text| text.as_str().is_none_or(|text| !text.trim().is_empty()));
        for (_, text) in &mut fields {
            *text = value(text.take());
        }
        let policy = config(fields)?.over(start).map_err(|error| Refused::new(error.field(), &error))?;
        Ok(Arguments { preset, start, policy })
    }
}

/// Returns the number or the switch that a text is, as a file would have it, otherwise the text.
fn value(text: Value) -> Value {
    let read = text.as_str().and_then(|text| serde_json::from_str(text.trim()).ok());
    read.filter(|value: &Value| value.is_number() || value.is_boolean()).unwrap_or(text)
}

/// Reads the config. A value of the wrong type is looked for one by one, since the error of serde has no field.
fn config(fields: Map<String, Value>) -> Result<PolicyConfig, Refused> {
    for (field, value) in &fields {
        let alone = Map::from_iter([(field.clone(), value.clone())]);
        parsed(alone).map_err(|error| Refused::new(field, &error))?;
    }
    parsed(fields).map_err(|error| Refused::new("", &error))
}

fn parsed(fields: Map<String, Value>) -> serde_json::Result<PolicyConfig> {
    serde_json::from_value(Value::Object(fields))
}
