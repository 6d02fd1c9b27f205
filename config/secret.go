package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"slabridge/config/message"
)

// hidden is all that a Secret ever shows of itself.
const hidden = "[secret]"

// Secret is a key, token or password. However it is printed, logged or marshalled, it shows only that it is one:
// the value sits behind a function, which neither fmt nor reflection can look into.
type Secret struct{ reveal func() string }

// NewSecret hides the value.
func NewSecret(value string) Secret { return Secret{func() string { return value }} }

// Reveal gives the value, to be put into a request and nowhere else; "" when there is none.
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// String hides the value.
func (s Secret) String() string { return hidden }

// GoString hides the value from %#v.
func (s Secret) GoString() string { return hidden }

// Format hides the value from every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// MarshalText hides the value from JSON, YAML and the like.
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// MarshalJSON hides the value.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + hidden + `"`), nil }

// LogValue hides the value from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// envReference is the only form of a reference to the environment. Capitals alone, so that a pasted secret in
// braces is not taken for a name and printed.
var envReference = regexp.MustCompile(`^\$\{([A-Z_][A-Z0-9_]*)\}$`)

// maxSecret bounds what is read of a secret file: no key is longer, and a device file has no end.
const maxSecret = 64 << 10

// resolve fetches the secret. Faults name the variable, but never the file: a secret pasted in place of a path
// would be printed.
func (s *secretDoc) resolve(src *source, path, folder string) Secret {
	if s == nil || (s.env == "" && s.file == "") {
		return Secret{}
	}
	value, err := os.Getenv(s.env), error(nil)
	what := message.Of("environment variable %s", s.env)
	if s.file != "" {
		what = message.Of("the secret's file")
		path = strings.TrimSuffix(path, ".file") + ".file"
		value, err = readSecretFile(src, path, folder, s.file)
	}
	value = strings.TrimRight(value, "\r\n")
	switch {
	case err != nil:
		src.add(NoSecret, path, "", message.Of("%s cannot be read: %v", what, err))
	case value == "":
		src.add(NoSecret, path, "", message.Of("%s is not set or empty", what))
	case strings.ContainsAny(value, "\r\n\x00"):
		src.add(NoSecret, path, "", message.Of("%s holds more than one line", what))
	default:
		return NewSecret(value)
	}
	return Secret{}
}

// readSecretFile reads the file of that name beside the configuration.
func readSecretFile(src *source, path, folder, name string) (string, error) {
	given, handedOver := credential(folder, name)
	f, err := openRegular(given)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", withoutPath(err)
	}
	switch open := info.Mode().Perm() & 0o077; {
	case handedOver: // systemd lets in whom it must by an access list, which shows as the group's permission
	case open&0o007 != 0:
		return "", message.Errorf("everyone on this machine may read it (mode %04o); chmod 600", info.Mode().Perm())
	case open != 0:
		src.warn(path, "", "the secret's file is open to its group (mode %04o); chmod 600 unless that is meant",
			info.Mode().Perm())
	}
	data, err := io.ReadAll(io.LimitReader(f, maxSecret))
	return string(data), withoutPath(err)
}

// credential is where a secret's file is to be read. A service manager can hand files to an account that may not read
// them (systemd's LoadCredential=): copies in a folder of its own, in which keys/a.key is called keys_a.key. An empty
// one was not handed over.
func credential(folder, name string) (given string, handedOver bool) {
	if handed := os.Getenv("CREDENTIALS_DIRECTORY"); handed != "" {
		if rel, err := filepath.Rel(folder, beside(folder, name)); err == nil {
			given = filepath.Join(handed, strings.ReplaceAll(filepath.ToSlash(rel), "/", "_"))
			if info, err := os.Stat(given); err == nil && info.Size() > 0 {
				return given, true
			}
		}
	}
	return beside(folder, name), false
}

// withoutPath takes the file's name out of an error of package os.
func withoutPath(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
