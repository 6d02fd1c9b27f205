package mapping

import "testing"

// TestAbbreviationsCutNoQuestion: the full stop of a short word ends no sentence, so that a question is repeated whole.
func TestAbbreviationsCutNoQuestion(t *testing.T) {
	for note, want := range map[string]string{
		"Ask Mr. Ivanov? Yes.": "Ask Mr. Ivanov?", "Ask Ivan. Really? Yes.": "Really?", "At 5. Now? Yes.": "Now?",
	} {
		if got := questionOf(note); got != want {
			t.Errorf("of %q: %q, want %q", note, got, want)
		}
	}
}
