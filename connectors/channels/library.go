package channels

import (
	"context"
	"net/url"

	"github.com/nicholas-fedor/shoutrrr/pkg/router"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"

	"slabridge/config/message"
	"slabridge/connectors"
)

// markdownOf are those of the library's services that read Markdown.
var markdownOf = map[string]bool{"discord": true, "rocketchat": true, "zulip": true, "matrix": true, "googlechat": true}

// newLibrary sends through a service of the library. It says neither whether a message may have arrived nor what the
// service answered, so that whatever fails is not known; and it takes the way that the environment says.
func newLibrary(u *url.URL) (send, error) {
	var r router.ServiceRouter
	if u.Scheme == "logger" || u.Scheme == "generic" { // no way to anybody; webhooks of our own are signed
		return nil, message.Errorf("there is no kind of channel %q", u.Scheme)
	}
	if _, err := r.Locate(u.String()); err != nil {
		return nil, message.Errorf("there is no channel of this kind, or its url is incomplete: %w", err)
	}
	return func(ctx context.Context, m connectors.Message) error {
		service, err := r.Locate(u.String())
		if err != nil {
			return &connectors.Error{Class: connectors.TryLater, Err: err}
		}
		text := m.Text
		if markdownOf[u.Scheme] {
			text = inMarkup(text, escapeMarkdown)
		}
		done := make(chan error, 1)
		go func() { done <- service.Send(text, &types.Params{"title": plainLine(m.Subject)}) }()
		select {
		case err = <-done:
		case <-ctx.Done(): // the send goes on by itself, and its result is ignored
			err = ctx.Err()
		}
		if err != nil {
			return &connectors.Error{Class: connectors.Unknown, Err: err}
		}
		return nil
	}, nil
}
