package channels

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/mattermost"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/slack"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/telegram"

	"slabridge/config/message"
	"slabridge/connectors"
)

// The library reads the addresses of these chats. It is not what sends: it tells no status of an answer, knows no way
// of its own for a channel, and waits for as long as it likes.

// send is how a channel sends one message.
type send = func(context.Context, connectors.Message) error

// maxTelegram is how many characters Telegram takes.
const maxTelegram = 4096

// telegramAPI is where Telegram's bots speak; tests have their own.
var telegramAPI = "https://api.telegram.org"

// newTelegram sends plain text, in which Telegram sees no formatting.
func newTelegram(u *url.URL, p poster) (send, error) {
	s := &telegram.Service{}
	if err := s.Initialize(u, nil); err != nil {
		return nil, message.Errorf("its url is none of Telegram's, telegram://TOKEN@telegram?chats=-100123: %w", err)
	}
	to := telegramAPI + "/bot" + s.Config.Token + "/sendMessage"
	return func(ctx context.Context, m connectors.Message) error {
		for _, chat := range s.Config.Chats {
			id, thread, _ := strings.Cut(chat, ":")
			body := map[string]any{
				"chat_id": id, "text": clipRunes(inMarkup(m.Text, defused), maxTelegram),
				"link_preview_options": map[string]bool{"is_disabled": true}, "disable_notification": !s.Config.Notification,
			}
			if thread != "" {
				body["message_thread_id"] = thread
			}
			if err := p.postJSON(ctx, to, body); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

// clipRunes cuts a text to at most n characters.
func clipRunes(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// newSlack sends to a webhook of Slack's.
func newSlack(u *url.URL, p poster) (send, error) {
	s := &slack.Service{}
	if err := s.Initialize(u, nil); err != nil {
		return nil, message.Errorf("its url is none of Slack's, slack://hook:T0-B0-XXXX@webhook: %w", err)
	}
	if s.Config.Token.IsAPIToken() {
		return nil, message.New("its url has the token of a bot; write the one of an incoming webhook, " +
			"slack://hook:T0-B0-XXXX@webhook")
	}
	to := s.Config.Token.WebhookURL()
	return func(ctx context.Context, m connectors.Message) error {
		return p.postJSON(ctx, to, map[string]any{
			"text": inMarkup(m.Text, escapeSlack), "unfurl_links": false, "unfurl_media": false,
		})
	}, nil
}

// newMattermost sends to an incoming webhook.
func newMattermost(u *url.URL, p poster) (send, error) {
	c, err := mattermost.CreateConfigFromURL(u)
	if err != nil {
		return nil, message.Errorf("its url is none of Mattermost's, mattermost://chat.example.org/TOKEN: %w", err)
	}
	scheme := schemeHTTPS
	if c.DisableTLS {
		scheme = schemeHTTP
	}
	to := (&url.URL{Scheme: scheme, Host: c.Host, Path: "/hooks/" + c.Token}).String()
	return func(ctx context.Context, m connectors.Message) error {
		body := map[string]any{"text": inMarkup(m.Text, escapeMarkdown)}
		for key, value := range map[string]string{"channel": c.Channel, "username": c.UserName} {
			if value != "" {
				body[key] = value
			}
		}
		return p.postJSON(ctx, to, body)
	}, nil
}

// newTeams sends a card to a workflow of Teams: teams+https:// and what follows in the workflow's address. The library
// knows only the connectors that Microsoft has taken out of service.
func newTeams(s Settings, p poster) (send, error) {
	to := strings.TrimPrefix(s.URL, "teams+")
	return func(ctx context.Context, m connectors.Message) error {
		var body []any
		for block := range strings.SplitSeq(m.Text, "\n\n") {
			body = append(body, map[string]any{
				"type": "TextBlock", "wrap": true, "text": strings.ReplaceAll(inMarkup(block, escapeCard), "\n", "\n\n"),
			})
		}
		return p.postJSON(ctx, to, map[string]any{
			"type": "message",
			"attachments": []any{map[string]any{
				"contentType": "application/vnd.microsoft.card.adaptive",
				"content": map[string]any{
					"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4",
					"body": body,
				},
			}},
		})
	}, nil
}

// posterOf posts through a client.
func posterOf(s Settings, client *http.Client) poster { return poster{client, s.Clock} }
