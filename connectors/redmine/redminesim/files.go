package redminesim

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// maxFile is Redmine's default limit for one file, in bytes.
const maxFile = 5 << 20

// upload takes a file in; it belongs to no issue until a PUT names its token.
func (c *call) upload([]string) reply {
	if kind := c.r.Header.Get("Content-Type"); kind != "application/octet-stream" {
		return empty(http.StatusNotAcceptable)
	}
	if !c.st.canAnywhere(c.user, "add_issues") && !c.st.canAnywhere(c.user, "add_issue_notes") {
		return c.denied()
	}
	content, _ := c.body[""].([]byte)
	if len(content) > maxFile {
		return refused(c.say(fileTooBig))
	}
	a := c.newFile(c.query.Get("filename"), content)
	return created(map[string]any{"upload": struct {
		ID    int    `json:"id"`
		Token string `json:"token"`
	}{a.id, a.token}})
}

func (c *call) newFile(name string, content []byte) *attachment {
	sum := sha256.Sum256(content)
	a := &attachment{id: c.st.next("attachments"), author: c.user.id, name: name, content: content, created: c.now}
	a.token = fmt.Sprintf("%d.%s", a.id, hex.EncodeToString(sum[:]))
	c.st.uploads = append(c.st.uploads, a)
	return a
}

// assignFiles takes the uploads a PUT names; an unknown token refuses the whole PUT.
func (ch *change) assignFiles(attrs map[string]any) (string, bool) {
	list, is := attrs["uploads"].([]any)
	if attrs["uploads"] != nil && !is {
		return "uploads", false
	}
	for _, v := range list {
		m, is := v.(map[string]any)
		if !is {
			return "uploads", false
		}
		token, _ := asText(m["token"])
		a := find(ch.st.uploads, func(a *attachment) bool { return a.token == token && a.issue == 0 })
		if a == nil {
			ch.badFile = true
			continue
		}
		if name, _ := asText(m["filename"]); name != "" {
			a.name = name
		}
		a.contentType, _ = asText(m["content_type"])
		a.comment, _ = asText(m["description"])
		ch.files = append(ch.files, a)
	}
	return "", true
}

// keepFiles gives the uploads to the issue.
func (ch *change) keepFiles() {
	i := ch.old
	if i == nil {
		i = ch.next
	}
	for _, a := range ch.files {
		a.issue = i.id
		i.attachments = append(i.attachments, a)
	}
}

func (c *call) attachments(i *issue) []Attachment {
	out := []Attachment{}
	for _, a := range i.attachments {
		out = append(out, c.renderFile(a))
	}
	return out
}

func (c *call) renderFile(a *attachment) Attachment {
	kind := a.contentType
	if kind == "" {
		kind = "application/octet-stream"
		if dot := strings.LastIndex(a.name, "."); dot >= 0 {
			if known, _, err := mime.ParseMediaType(mime.TypeByExtension(a.name[dot:])); err == nil {
				kind = known
			}
		}
	}
	return Attachment{
		ID: a.id, Filename: a.name, Filesize: len(a.content), ContentType: kind, Description: a.comment,
		ContentURL: fmt.Sprintf("http://%s/attachments/download/%d/%s", c.r.Host, a.id, a.name),
		Author:     c.person(a.author), CreatedOn: stamp(a.created),
	}
}

// file finds an attachment of an issue that the asker may see.
func (c *call) file(arg string) (*attachment, *issue, reply, bool) {
	id, err := strconv.Atoi(arg)
	a := find(c.st.uploads, func(a *attachment) bool { return a.id == id && a.issue != 0 })
	if err != nil || a == nil || c.st.issues[a.issue] == nil {
		return nil, nil, empty(http.StatusNotFound), false
	}
	i := c.st.issues[a.issue]
	if !c.st.sees(c.user, i) {
		if c.user == nil {
			return nil, nil, c.toLogin(), false
		}
		return nil, nil, c.denied(), false
	}
	return a, i, reply{}, true
}

func (c *call) showAttachment(args []string) reply {
	a, _, rep, found := c.file(args[0])
	if !found {
		return rep
	}
	return ok(map[string]any{"attachment": c.renderFile(a)})
}

func (c *call) download(args []string) reply {
	a, _, rep, found := c.file(args[0])
	if !found {
		return rep
	}
	return reply{
		status: http.StatusOK, body: a.content,
		header: map[string]string{"Content-Type": c.renderFile(a).ContentType},
	}
}

// deleteAttachment leaves a journal and the old updated_on.
func (c *call) deleteAttachment(args []string) reply {
	a, i, rep, found := c.file(args[0])
	if !found {
		return rep
	}
	if !c.st.mayEdit(c.user, i) {
		return c.denied()
	}
	is := func(x *attachment) bool { return x == a }
	c.st.uploads = slices.DeleteFunc(c.st.uploads, is)
	i.attachments = slices.DeleteFunc(i.attachments, is)
	c.record(i, ptr(""), false, []detail{{"attachment", strconv.Itoa(a.id), ptr(a.name), nil}})
	return done()
}
