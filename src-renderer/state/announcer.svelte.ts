/** What the one polite live region says: values under the cursor, what was copied. */
class Announcer {
  text: string = $state('');

  say(text: string): void {
    // the same words twice must be spoken twice
    this.text = text === this.text ? `${text}\u00a0` : text;
  }
}

export const announcer = new Announcer();
