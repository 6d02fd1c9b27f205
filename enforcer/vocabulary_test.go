package enforcer

import "testing"

// A word is written, judged and told by its row; what may stand behind it and nothing else makes a condition of it.
func TestVocabularyIsWhole(t *testing.T) {
	for _, w := range Vocabulary {
		switch {
		case !w.Bare && w.Form == nil:
			t.Errorf("%s can be written in no way", w.Word)
		case w.holds == nil && w.begins == nil && w.Word != WordPeriod && w.Word != WordDone:
			t.Errorf("%s never holds", w.Word)
		case w.text == nil:
			t.Errorf("%s has no text", w.Word)
		}
		if w.Form == nil {
			continue
		}
		values := w.Form.Accepts
		if values == nil {
			values = []string{"some-id"}
		}
		for _, v := range values {
			c := Condition{Word: w.Word}
			w.Form.Set(&c, []string{v})
			if text := c.Text(); text.In("en") == "" || text.In("ru") == "" || text.In("en") == text.In("ru") {
				t.Errorf("{%s: %s} is told as %q", w.Word, v, text)
			}
		}
	}
}
