//! Logging in on a device that has no browser, [RFC 8628](https://www.rfc-editor.org/rfc/rfc8628.html).

use alloc::boxed::Box;

use crate::{
    error::{Error, Phase},
    flow::{
        Parameters, Relation, Step, Tokens,
        endpoint::{Form, post},
        poll,
    },
    oauth::{device::DeviceAuthorization, fapi2, token::Grant},
    time::Timestamp,
};

impl Relation {
    /// Asks for a code that the user types in elsewhere, [§3.1](https://www.rfc-editor.org/rfc/rfc8628.html#section-3.1).
    ///
    /// # Errors
    /// [`Code::UnsupportedByServer`](crate::error::Code::UnsupportedByServer),
    /// [`Code::ReservedParameter`](crate::error::Code::ReservedParameter); the rest come from the steps.
    pub fn device_authorization(&mut self, parameters: &Parameters, now: Timestamp) -> Result<Step<DeviceAuthorization>, Error> {
        fapi2::refuse(&self.client, Phase::Authorization, "device_authorization_endpoint")?;
        let parameters = Grant::untyped(parameters, Phase::Authorization)?.with_defaults(&self.client).into_parameters();
        let form = Form { endpoint: "device_authorization_endpoint", phase: Phase::Authorization, parameters, dpop: false };
        post(self, form, now)?.then(
            self,
            now,
            Box::new(|relation, sent, now| {
                let response = sent.map_err(|code| code.at(Phase::Authorization))?;
                Ok(Step::Done(DeviceAuthorization::receive(&response, &relation.client, now)?))
            }),
        )
    }

    /// Asks until the user has decided, [§3.4–5](https://www.rfc-editor.org/rfc/rfc8628.html#section-3.4).
    ///
    /// # Errors
    /// [`Code::ExpiredToken`](crate::error::Code::ExpiredToken) where the time is over; the rest come from the steps.
    pub fn poll_device(&mut self, device: &DeviceAuthorization, now: Timestamp) -> Result<Step<Tokens>, Error> {
        poll::start(device.grant(), device.pace, now)
    }
}
