//! Logging in on a device that has no browser, [RFC 8628](https://www.rfc-editor.org/rfc/rfc8628.html).

use crate::{
    error::{Error, Phase},
    flow::{Parameters, Relation, Run, Step, Stop, Tokens},
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
        let parameters = parameters.to_vec();
        self.begin(now, move |run| run.device_authorization(&parameters))
    }

    /// Asks until the user has decided, [§3.4–5](https://www.rfc-editor.org/rfc/rfc8628.html#section-3.4).
    ///
    /// # Errors
    /// [`Code::ExpiredToken`](crate::error::Code::ExpiredToken) where the time is over; the rest come from the steps.
    pub fn poll_device(&mut self, device: &DeviceAuthorization, now: Timestamp) -> Result<Step<Tokens>, Error> {
        let (grant, pace) = (device.grant(), device.pace);
        self.begin(now, move |run| run.poll(&grant, pace))
    }
}

impl Run<'_> {
    pub(crate) fn device_authorization(&mut self, parameters: &Parameters) -> Result<DeviceAuthorization, Stop> {
        let phase = Phase::Authorization;
        fapi2::refuse(self.client, phase, "device_authorization_endpoint")?;
        let form = Grant::untyped(parameters, phase)?.with_defaults(self.client).into_parameters();
        let response = self.post("device_authorization_endpoint", phase, &form)?;
        Ok(DeviceAuthorization::receive(response, self.client, self.now)?)
    }
}
