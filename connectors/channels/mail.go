package channels

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/url"

	library "github.com/nicholas-fedor/shoutrrr/pkg/services/email/smtp"
	"github.com/wneessen/go-mail"

	"slabridge/config/message"
	"slabridge/connectors"
)

// portImplicit is the port on which a server speaks TLS from the start.
const portImplicit = 465

// newMail sends text, and HTML where the message has it, in one mail. The address is the library's; mail goes by
// go-mail, which knows contexts, says what a server refused, and lets us name the message.
func newMail(u *url.URL, s Settings) (send, error) {
	l := &library.Service{}
	if err := l.Initialize(u, nil); err != nil {
		return nil, message.Errorf(
			"its url is none of mail's, smtp://user:password@mail.example.org:587/?from=sla@example.org&to=duty@example.org: %w",
			err)
	}
	c := l.Config
	options := []mail.Option{
		mail.WithPort(int(c.Port)), mail.WithTimeout(Timeout), mail.WithTLSPolicy(mail.TLSMandatory),
		mail.WithTLSConfig(&tls.Config{ServerName: c.Host, MinVersion: tls.VersionTLS12, RootCAs: s.Roots}),
	}
	switch {
	case c.Encryption == library.EncMethods.ImplicitTLS,
		c.Encryption == library.EncMethods.Auto && c.Port == portImplicit:
		options = append(options, mail.WithSSL())
	case c.Encryption == library.EncMethods.None, !c.UseStartTLS:
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	}
	if c.Username != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(c.Username),
			mail.WithPassword(c.Password))
	}
	if s.Dial != nil {
		options = append(options, mail.WithDialContextFunc(s.Dial))
	}
	return func(ctx context.Context, m connectors.Message) error {
		letter, err := letterOf(m, c, s)
		if err != nil {
			return &connectors.Error{Class: connectors.Refused, Err: err}
		}
		client, err := mail.NewClient(c.Host, options...)
		if err != nil {
			return &connectors.Error{Class: connectors.TryLater, Err: err}
		}
		if err := client.DialAndSendWithContext(ctx, letter); err != nil {
			return &connectors.Error{Class: classOfMail(err), Err: err}
		}
		return nil
	}, nil
}

// letterOf is the mail of a message. A repeat bears the same Message-ID, by which mail programs know it.
func letterOf(m connectors.Message, c *library.Config, s Settings) (*mail.Msg, error) {
	letter := mail.NewMsg()
	err := errors.Join(letter.FromFormat(c.FromName, c.FromAddress), letter.To(c.ToAddresses...))
	letter.Subject(plainLine(m.Subject))
	letter.SetMessageIDWithValue(m.ID + "@slabridge")
	letter.SetDateWithValue(s.Clock())
	letter.SetUserAgent("slabridge")
	letter.SetGenHeader("Auto-Submitted", "auto-generated") // no holiday note answers it
	letter.SetBodyString(mail.TypeTextPlain, m.Text+"\n")
	if m.HTML != "" {
		letter.AddAlternativeString(mail.TypeTextHTML, m.HTML)
	}
	return letter, err
}

// classOfMail is what a failure means: a server that says no for now, or cannot be reached, has not taken it; without
// an answer after the end of the mail it may or may not have arrived.
func classOfMail(err error) connectors.Class {
	var dial *net.OpError
	if errors.As(err, &dial) && dial.Op == "dial" {
		return connectors.TryLater
	}
	var refused *mail.SendError
	if !errors.As(err, &refused) {
		return connectors.TryLater
	}
	switch {
	case refused.Reason == mail.ErrSMTPDataClose && !refused.IsTemp() && refused.ErrorCode() == 0:
		return connectors.Unknown
	case refused.Reason == mail.ErrSMTPDataClose && refused.ErrorCode() >= 500:
		return connectors.Refused
	}
	return connectors.TryLater
}
