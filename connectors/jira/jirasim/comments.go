package jirasim

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// commentBody has every key that a request may write a comment with. Any other key is refused, also one that answers
// have.
type commentBody struct {
	Body       string `json:"body"`
	Visibility *struct {
		Type       string `json:"type"`
		Value      string `json:"value"`
		Identifier string `json:"identifier"`
	} `json:"visibility"`
	Properties []property `json:"properties"`
}

// newComment makes a comment that is not yet on its issue.
func (c *call) newComment(i *issue, b commentBody) (*comment, reply) {
	if !c.may(c.user, i.project, "ADD_COMMENTS") {
		return nil, refuse(http.StatusForbidden, []string{"You do not have permission to comment on this issue."}, nil)
	}
	if rep := goodText(b.Body); rep.status != 0 {
		return nil, rep
	}
	x := &comment{author: c.user, body: b.Body, properties: map[string]any{}}
	for _, p := range b.Properties {
		x.properties[p.Key] = p.Value
	}
	if c.opt.DropInternal {
		delete(x.properties, "sd.public.comment")
	}
	v, rep := c.visible(i, b)
	x.visibility = v
	return x, rep
}

func goodText(body string) reply {
	if strings.TrimSpace(body) == "" {
		return badField("comment", "Comment body can not be empty!")
	}
	if utf8.RuneCountInString(body) > 32767 {
		return badField("comment", "The entered text is too long. It exceeds the allowed limit of 32,767 characters.")
	}
	return reply{}
}

// visible reads to whom a comment is restricted: a role or a group, which the author must be in.
func (c *call) visible(i *issue, b commentBody) (*visibility, reply) {
	if b.Visibility == nil {
		return nil, reply{}
	}
	v := &visibility{b.Visibility.Type, b.Visibility.Value}
	switch {
	case v.kind == "role" && !slices.Contains(i.project.rolesOf(c.user), v.value):
		return nil, badField("commentLevel", "You are currently not a member of the project role: "+v.value+".")
	case v.kind == "group" && !slices.Contains(c.user.groups, v.value):
		return nil, badField("commentLevel", "You are currently not a member of the group: "+v.value+".")
	case v.kind != "role" && v.kind != "group":
		return nil, badField("commentLevel", "The visibility's type is neither role nor group.")
	}
	if c.opt.DropInternal {
		return nil, reply{}
	}
	return v, reply{}
}

// say adds a comment to its issue.
func (s *Server) say(i *issue, x *comment, at time.Time) {
	x.id, x.created, x.updated = s.st.next("events"), at, at
	i.comments = append(i.comments, x)
	s.touch(i, at)
}

func (c *call) aComment(i *issue, rest []string) reply {
	if len(rest) == 0 {
		if c.r.Method == http.MethodPost {
			var b commentBody
			if rep, fine := c.decode(&b); !fine {
				return rep
			}
			x, rep := c.newComment(i, b)
			if rep.status != 0 {
				return rep
			}
			c.say(i, x, c.now)
			return reply{status: http.StatusCreated, body: c.comment(i, x)}
		}
		most := 100
		if !c.opt.Cloud {
			most = 50
		}
		if by := c.query.Get("orderBy"); by != "" && by != "created" {
			return unmodelled("orderBy=%s of comments", by)
		}
		list, start, size := part(c, c.commentsOf(i), most)
		return ok(obj{"startAt": start, "maxResults": size, "total": len(c.commentsOf(i)), "comments": c.comments(i, list)})
	}
	n := slices.IndexFunc(i.comments, func(x *comment) bool {
		return strconv.Itoa(x.id) == rest[0] &&
			c.reads(c.user, i, x)
	})
	if n < 0 {
		return noComment(rest[0])
	}
	x := i.comments[n]
	switch c.r.Method {
	case http.MethodGet:
		return ok(c.comment(i, x))
	case http.MethodPut:
		var b commentBody
		if rep, fine := c.decode(&b); !fine {
			return rep
		}
		if !c.mine(i, x, "EDIT") {
			return bad("%s, you do not have the permission to edit this comment.", c.user.name)
		}
		if rep := goodText(b.Body); rep.status != 0 {
			return rep
		}
		v, rep := c.visible(i, b)
		if rep.status != 0 {
			return rep
		}
		x.body, x.visibility, x.updated = b.Body, v, c.now
		if b.Properties != nil { // they take the place of what there was, the service desk's among them
			x.properties = map[string]any{}
			for _, p := range b.Properties {
				x.properties[p.Key] = p.Value
			}
		}
		c.touch(i, c.now)
		return ok(c.comment(i, x))
	case http.MethodDelete:
		if !c.mine(i, x, "DELETE") {
			return bad("%s, you do not have the permission to delete this comment.", c.user.name)
		}
		i.comments = slices.Delete(i.comments, n, n+1)
		c.touch(i, c.now)
		return noContent
	}
	return unmodelled("%s of a comment", c.r.Method)
}

// mine reports whether the caller may edit or delete a comment.
func (c *call) mine(i *issue, x *comment, what string) bool {
	return c.may(c.user, i.project, what+"_ALL_COMMENTS") || x.author == c.user &&
		c.may(c.user, i.project, what+"_OWN_COMMENTS")
}

// commentProperty reads and sets a property of a comment.
func (c *call) commentProperty(id, key string) reply {
	for _, i := range c.st.issues {
		for _, x := range i.comments {
			if strconv.Itoa(x.id) != id || c.sees(i.key) == nil || !c.reads(c.user, i, x) {
				continue
			}
			v, had := x.properties[key]
			switch {
			case c.r.Method == http.MethodGet && !had:
				return refuse(http.StatusNotFound, []string{"The property with key " + key + " does not exist."}, nil)
			case c.r.Method == http.MethodGet:
				return ok(obj{"key": key, "value": v})
			case !c.mine(i, x, "EDIT"):
				return refuse(http.StatusForbidden, []string{"You do not have permission to edit the comment."}, nil)
			}
			v, rep := c.propertyValue(key)
			if rep.status != 0 {
				return rep
			}
			x.properties[key] = v
			return kept(had)
		}
	}
	return noComment(id)
}

func noComment(id string) reply {
	return refuse(http.StatusNotFound, []string{"Can not find a comment for the id: " + id + "."}, nil)
}

// propertyValue reads a property's value from the body: any JSON of at most 32768 bytes.
func (c *call) propertyValue(key string) (v any, rep reply) {
	if len(key) > 255 {
		return nil, bad("The property key must be at most 255 characters long.")
	}
	if len(c.body) > 32768 {
		return nil, bad("The property value must be at most 32768 bytes long.")
	}
	rep, _ = c.decode(&v)
	return v, rep
}

// kept is the answer after a property was set.
func kept(had bool) reply {
	if had {
		return reply{status: http.StatusOK, body: obj{}}
	}
	return reply{status: http.StatusCreated, body: obj{}}
}
