/** What lies over the screens. */
class Surfaces {
  /** `go` leaves the commands out and lists evidence, series and findings. */
  palette: 'closed' | 'commands' | 'go' = $state('closed');
  isHelpOpen: boolean = $state(false);
  isGuideOpen: boolean = $state(false);

  get isAnyOpen(): boolean {
    return this.palette !== 'closed' || this.isHelpOpen;
  }
}

export const surfaces = new Surfaces();
