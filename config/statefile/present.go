package statefile

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"

	"slabridge/config/message"
)

// guarded is what Present holds the file against. anchor is a connection that is never used: as long as there is one,
// SQLite removes no -wal, so that one which is gone was taken away by somebody.
type guarded struct {
	anchor      *sql.Conn
	opened, log fs.FileInfo // the file and its -wal as they were opened
	logSize     int64       // the largest that the -wal was; it never shrinks while it is open
	short       bool        // it looked cut before: in the middle of another process's checkpoint it does
}

// begin watches the file at path, which was just opened. A first read makes its -wal.
func (g *guarded) begin(ctx context.Context, db *sql.DB, path string) (err error) {
	if g.anchor, err = db.Conn(ctx); err != nil {
		return err
	}
	var tables int
	if err := g.anchor.QueryRowContext(ctx, "SELECT COUNT(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return err
	}
	if g.opened, err = os.Stat(path); err != nil {
		return err
	}
	if g.log, err = os.Stat(path + "-wal"); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// end lets the anchor go.
func (g *guarded) end() error {
	if g.anchor == nil {
		return nil
	}
	return g.anchor.Close()
}

func (g *guarded) sameFile(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return message.Errorf("%w: it was deleted or moved away", ErrReplaced)
	case err != nil:
		return err
	case !os.SameFile(info, g.opened):
		return message.Errorf("%w: another file has its name", ErrReplaced)
	case links(info) == 0:
		return message.Errorf("%w: it was deleted", ErrReplaced)
	case info.Size() == 0:
		return message.Errorf("%w: it was cut to nothing", ErrReplaced)
	}
	head, err := readHead(path)
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(head, []byte(magic)) {
		return message.Errorf("%w: something else was written into it", ErrReplaced)
	}
	was := g.short
	g.short = info.Size() < sizeSaid(head)
	if was && g.short {
		return message.Errorf("%w: a part of it was cut off", ErrReplaced)
	}
	return nil
}

// sameLog reports whether the -wal, which has what was committed last, is still the one that is being written to.
func (g *guarded) sameLog(path string) error {
	if g.log == nil {
		return nil
	}
	info, err := os.Stat(path + "-wal")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return message.Errorf("%w: its -wal was deleted", ErrReplaced)
	case err != nil:
		return err
	case !os.SameFile(info, g.log):
		return message.Errorf("%w: its -wal was deleted or replaced", ErrReplaced)
	case info.Size() < g.logSize:
		return message.Errorf("%w: its -wal was cut", ErrReplaced)
	}
	g.logSize = info.Size()
	return nil
}

// What SQLite writes at the beginning of a file: https://www.sqlite.org/fileformat.html#the_database_header
const (
	magic    = "SQLite format 3\x00"
	headSize = 32
)

func readHead(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, headSize)
	_, err = io.ReadFull(f, head)
	if errors.Is(err, io.ErrUnexpectedEOF) { // it is no longer what it was
		err = nil
	}
	return head, err
}

// sizeSaid is how large a file is by its own beginning.
func sizeSaid(head []byte) int64 {
	page := int64(binary.BigEndian.Uint16(head[16:]))
	if page == 1 { // for 65536, which does not fit
		page = 1 << 16
	}
	return page * int64(binary.BigEndian.Uint32(head[28:]))
}
