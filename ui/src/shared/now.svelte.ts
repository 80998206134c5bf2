/** The moment, told anew every ten seconds: countdowns show minutes. */
class Now {
  value = $state(Date.now());
  constructor() {
    setInterval(() => (this.value = Date.now()), 10_000);
  }
}

export const now = new Now();
