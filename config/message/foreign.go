package message

import (
	"regexp"
	"strings"
	"sync"
)

// foreignSentences are what libraries and the system say, by the formats that they say it with. Each argument is text.
var foreignSentences = []Format{
	"accepts %s arg(s), received %s",
	"accepts at most %s arg(s), received %s",
	"accepts between %s and %s arg(s), received %s",
	"requires at least %s arg(s), only received %s",
	"unknown command %s for %s",
	"unknown flag: %s",
	"unknown shorthand flag: %s in %s",
	"flag needs an argument: %s",
	"bad flag syntax: %s",
	"required flag(s) %s not set",
	"if any flags in the group [%s] are set none of the others can be; [%s] were all set",
	"invalid argument %s for %s flag: %s",
	"strconv.ParseInt: parsing %s: invalid syntax",
	"strconv.ParseBool: parsing %s: invalid syntax",
	"strconv.Atoi: parsing %s: invalid syntax",
	"time: invalid duration %s",
	"time: missing unit in duration %s",
	"lookup %s: no such host",
	"lookup %s on %s: no such host",
	"dial tcp %s: connect: connection refused",
	"dial tcp: lookup %s: no such host",
	"dial tcp: lookup %s on %s: no such host",
	"open %s: %s",
	"stat %s: %s",
	"mkdir %s: %s",
	"read %s: %s",
	"write %s: %s",
	"rename %s %s: %s",
	"remove %s: %s",
	"no such file or directory",
	"file does not exist",
	"permission denied",
	"file exists",
	"is a directory",
	"not a directory",
	"no space left on device",
	"read-only file system",
	"connection refused",
	"connection reset by peer",
	"no route to host",
	"network is unreachable",
	"i/o timeout",
	"context deadline exceeded",
	"context canceled",
	"unexpected EOF",
	"EOF",
}

type pattern struct {
	format Format
	text   *regexp.Regexp
}

var foreignPatterns = sync.OnceValue(func() []pattern {
	out := make([]pattern, len(foreignSentences))
	for i, format := range foreignSentences {
		text := strings.ReplaceAll(regexp.QuoteMeta(string(format)), "%s", "(.+?)")
		out[i] = pattern{format, regexp.MustCompile("(?s)^" + text + "$")}
	}
	return out
})

// foreign gives what a library said in a language, or as it was said.
func foreign(lang, text string) string {
	for _, p := range foreignPatterns() {
		parts := p.text.FindStringSubmatch(text)
		if parts == nil {
			continue
		}
		args := make([]any, len(parts)-1)
		for i, part := range parts[1:] {
			args[i] = foreign(lang, part)
		}
		return Say(lang, p.format, args...)
	}
	return text
}
