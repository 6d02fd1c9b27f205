package channels

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"

	"slabridge/config/message"
	"slabridge/connectors"
)

// secretPrefix is how a signing secret of Standard Webhooks begins; base64 follows.
const secretPrefix = "whsec_"

// The headers of Standard Webhooks (https://www.standardwebhooks.com).
const (
	headerID        = "Webhook-Id"
	headerTimestamp = "Webhook-Timestamp"
	headerSignature = "Webhook-Signature"
)

// SigningKey reads a signing secret of Standard Webhooks; ok is false for anything else, and for a key that could be
// guessed.
func SigningKey(secret string) (key []byte, ok bool) {
	rest, prefixed := strings.CutPrefix(secret, secretPrefix)
	key, err := base64.StdEncoding.DecodeString(rest)
	return key, prefixed && err == nil && len(key) >= minKey && len(key) <= maxKey
}

// The lengths of keys that Standard Webhooks allows, in bytes.
const (
	minKey = 24
	maxKey = 64
)

// newWebhook sends the message's data, signed by Standard Webhooks.
func newWebhook(s Settings, client *http.Client) (send, error) {
	key, ok := SigningKey(s.Secret)
	if !ok {
		return nil, message.New("its signing secret is not whsec_ with base64 of 24 to 64 bytes behind it")
	}
	p := posterOf(s, client)
	return func(ctx context.Context, m connectors.Message) error {
		at := strconv.FormatInt(s.Clock().Unix(), 10)
		h := http.Header{}
		h.Set(headerID, m.ID)
		h.Set(headerTimestamp, at)
		h.Set(headerSignature, "v1,"+sign(key, m.ID, at, m.Data))
		return p.post(ctx, s.URL, h, m.Data)
	}, nil
}

// sign is the signature of a body under its id and time.
func sign(key []byte, id, at string, body []byte) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + at + "."))
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
