// Package channels sends messages to where staff looks beside the tracker: to a webhook of your own, to chats and by
// mail.
//
// A channel is an address (URL), which is a secret as a whole: chats have their token in it. What a channel says about
// a failure never holds any part of it, whoever made the words (Channel.Redact).
//
// The package promises that an error says by its class (connectors.Error) whether the message may have arrived all the
// same: TryLater and Unauthorized: it did not; Refused: it never will as it is; Unknown: nobody can tell. Text is
// plain, and is put into the markup of each chat so that nothing in it is a mention, a link of its own or formatting.
//
// It never tries again by itself, never decides what is told to whom, and keeps nothing.
package channels

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
)

// Settings are what a channel is made of.
type Settings struct {
	ID     string
	URL    string            // with its secrets
	Secret string            // that webhooks are signed with; "" for other channels
	HTTP   http.RoundTripper // the way there: proxy and authorities
	Roots  *x509.CertPool    // the authorities of a mail server; nil: the system's
	// Dial is the way to a mail server; nil: directly. OwnWay says that the channel was given a way of its own.
	Dial   func(ctx context.Context, network, address string) (net.Conn, error)
	OwnWay bool
	Clock  func() time.Time
	// Unspoken are further secrets that may turn up in errors: of the proxy.
	Unspoken []string
}

// Timeout is how long a channel may take for one message.
const Timeout = 30 * time.Second

// Channel is one way to staff.
type Channel struct {
	id      string
	secrets []string
	deliver send
}

// The kinds of channels of our own, by the scheme of the URL. What is none of them is the library's.
const (
	schemeHTTPS = "https"
	schemeHTTP  = "http"
)

// New makes a channel. An error names no part of the URL.
func New(s Settings) (*Channel, error) {
	u, err := url.Parse(s.URL)
	if err != nil {
		return nil, message.New("its url is not an address")
	}
	c := &Channel{id: s.ID, secrets: secretsOf(u, s)}
	client := &http.Client{Transport: s.HTTP, Timeout: Timeout, CheckRedirect: noRedirect}
	switch u.Scheme {
	case schemeHTTPS, schemeHTTP:
		c.deliver, err = newWebhook(s, client)
	case "telegram":
		c.deliver, err = newTelegram(u, posterOf(s, client))
	case "slack":
		c.deliver, err = newSlack(u, posterOf(s, client))
	case "mattermost":
		c.deliver, err = newMattermost(u, posterOf(s, client))
	case "teams+https":
		c.deliver, err = newTeams(s, posterOf(s, client))
	case "smtp":
		c.deliver, err = newMail(u, s)
	default:
		if s.OwnWay {
			return nil, message.Errorf("a channel of kind %q goes the way that the environment says: set HTTPS_PROXY "+
				"and leave out proxy and ca", u.Scheme)
		}
		c.deliver, err = newLibrary(u)
	}
	if err != nil {
		return nil, errors.New(c.Redact(err.Error()))
	}
	return c, nil
}

// noRedirect keeps a message and its signature from being carried to another place.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Send sends a message once.
func (c *Channel) Send(ctx context.Context, m connectors.Message) error {
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	err := c.deliver(ctx, m)
	if err == nil {
		return nil
	}
	var known *connectors.Error
	if !errors.As(err, &known) {
		known = &connectors.Error{Class: connectors.Unknown, Err: err}
	}
	clean := *known
	clean.Op = message.Of("send through channel %s", c.id)
	if clean.Err != nil {
		clean.Err = errors.New(c.Redact(clean.Err.Error()))
	}
	clean.Messages = slices.Clone(clean.Messages)
	for i, m := range clean.Messages {
		clean.Messages[i] = c.Redact(m)
	}
	return &clean
}

// Redact takes whatever of the channel's address may be a secret out of a text.
func (c *Channel) Redact(text string) string {
	for _, s := range c.secrets {
		text = strings.ReplaceAll(text, s, "[secret]")
	}
	return text
}

// minSecret is the length below which a part of an address does not count as secret: it would only hide words.
const minSecret = 6

// secretsOf are the address and the parts of it that may be secret, the longest first: tokens stand as name, password,
// host, part of the path or value of the query, each as written and as it reads.
func secretsOf(u *url.URL, s Settings) []string {
	parts := slices.Concat([]string{s.URL, u.String(), s.Secret, u.Host, u.Hostname()}, s.Unspoken)
	parts = append(parts, strings.Split(u.EscapedPath(), "/")...)
	parts = append(parts, u.Path, u.EscapedPath(), u.RawQuery)
	if u.User != nil {
		password, _ := u.User.Password()
		parts = append(parts, u.User.String(), u.User.Username(), password)
	}
	for _, values := range u.Query() {
		parts = append(parts, values...)
	}
	var out []string
	for _, p := range parts {
		for _, form := range []string{p, unescaped(p), url.QueryEscape(p), url.PathEscape(p)} {
			if len(form) >= minSecret && !slices.Contains(out, form) {
				out = append(out, form)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b string) int { return len(b) - len(a) })
	return out
}

func unescaped(s string) string {
	plain, err := url.PathUnescape(s)
	if err != nil {
		return s
	}
	return plain
}
