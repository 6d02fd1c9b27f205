package redminesim

import (
	"net/http"
	"strings"
)

// authenticate finds the user of a request, and stops it where Redmine does: REST switched off,
// nobody recognised where login is required, a switch to a user who does not exist.
func (c *call) authenticate(isFile bool) (reply, bool) {
	if c.s.restOff {
		return empty(http.StatusForbidden), true
	}
	c.user = c.caller()
	if c.user != nil && c.user.admin {
		if login := c.r.Header.Get("X-Redmine-Switch-User"); login != "" {
			su := c.st.login(login)
			if su == nil || su.locked {
				return empty(http.StatusPreconditionFailed), true
			}
			c.user = su
		}
	}
	if c.user == nil && !c.s.anon {
		if isFile && !c.s.before(V60) {
			return c.toLogin(), true
		}
		return unauthorized(), true
	}
	return reply{}, false
}

// caller is who the key or password belongs to; nil when nobody, or somebody locked.
func (c *call) caller() *user {
	key := c.r.Header.Get("X-Redmine-API-Key")
	if key == "" {
		key = c.query.Get("key")
	}
	if key == "" {
		if name, password, isBasic := c.r.BasicAuth(); isBasic {
			if u := c.st.login(name); u != nil && !u.locked && u.password == password {
				return u
			}
			key = name
		}
	}
	u := find(c.st.users, func(u *user) bool { return u.key == key })
	if key == "" || u == nil || u.locked {
		return nil
	}
	return u
}

func unauthorized() reply {
	return reply{
		status: http.StatusUnauthorized,
		header: map[string]string{"WWW-Authenticate": `Basic realm="Redmine API"`},
	}
}

// toLogin is what 6.x answers about a file to somebody it does not know.
func (c *call) toLogin() reply {
	self := "http://" + c.r.Host + c.r.URL.Path
	back := strings.NewReplacer(":", "%3A", "/", "%2F").Replace(self)
	return reply{status: http.StatusFound, header: map[string]string{"Location": "http://" + c.r.Host +
		"/login?back_url=" + back}}
}

// denied is 403 for a user and 401 for the anonymous one, who might be allowed after logging in.
func (c *call) denied() reply {
	if c.user == nil {
		return unauthorized()
	}
	return empty(http.StatusForbidden)
}

// admin runs a handler for administrators only.
func admin(h handler) handler {
	return func(c *call, args []string) reply {
		if c.user == nil || !c.user.admin {
			return c.denied()
		}
		return h(c, args)
	}
}
