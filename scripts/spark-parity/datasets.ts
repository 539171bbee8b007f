/** The real files on which Spark is held against us, and the days on which models learn and are tested. */
export interface ParityDataset {
  readonly dataset: string;
  readonly file: string;
  readonly train: readonly string[];
  readonly calibrate: string;
  readonly test: string;
}

export const parityDatasets: readonly ParityDataset[] = [
  {
    dataset: 'cdnow',
    file: 'cdnow_master.txt',
    train: ['1997-06-30', '1997-07-31', '1997-08-31', '1997-09-30', '1997-10-31', '1997-11-30'],
    calibrate: '1997-12-31',
    test: '1998-03-31',
  },
  {
    dataset: 'online-retail',
    file: 'uci_online_retail.csv.gz',
    train: ['2010-12-31', '2011-01-31', '2011-02-28', '2011-03-31', '2011-04-30'],
    calibrate: '2011-05-31',
    test: '2011-08-31',
  },
];
