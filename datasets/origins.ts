/** Where a public dataset comes from. */
export interface Origin {
  /** Of whoever publishes it. */
  readonly page: string;
  readonly licence: string;
  readonly citation?: string;
  /** A file that can be had without a login, and its SHA-256 as many have measured it. */
  readonly file?: { readonly url: string; readonly name: string; readonly sha256: string };
  /** What is to be done until `ebb replay` reads it. */
  readonly next: string;
}

/** By the dataset's name. README.md says what is in them. */
export const origins: ReadonlyMap<string, Origin> = new Map([
  [
    'online-retail',
    {
      page: 'https://archive.ics.uci.edu/dataset/352/online+retail',
      licence: 'CC BY 4.0',
      citation: 'Chen, D. (2015). Online Retail. UCI Machine Learning Repository, doi 10.24432/C5BW33',
      file: {
        url: 'https://archive.ics.uci.edu/static/public/352/online+retail.zip',
        name: 'online-retail.zip',
        sha256: 'f5385cbb54bbebf7196389109c6b0621faab0c304e3702548165e71c84aede8b',
      },
      next: 'unpack it and save the sheet of “Online Retail.xlsx” as CSV (UTF-8), times written as 2010-12-01 08:26:00',
    },
  ],
  [
    'cdnow',
    {
      page: 'https://www.brucehardie.com/datasets/',
      licence: 'none stated; teaching data',
      citation:
        'Fader, P. S. and Hardie, B. G. S. (2001). Forecasting Repeat Sales at CDNOW: A Case Study. Interfaces 31(3), S94–S107',
      next: 'get CDNOW_master.zip there, unpack it, and put the line “customer_id date number_of_cds dollar_value” before the first one of CDNOW_master.txt',
    },
  ],
  [
    'rees46',
    {
      page: 'https://www.kaggle.com/datasets/mkechinov/ecommerce-behavior-data-from-multi-category-store',
      licence: 'free to use, with attribution: REES46 Marketing Platform, and the page at Kaggle',
      next: 'get 2019-Oct.csv.gz or any other month there: `ebb replay` reads it as it is',
    },
  ],
  [
    'kaggle-ecommerce',
    {
      page: 'https://www.kaggle.com/datasets/shriyashjagtap/e-commerce-customer-for-behavior-analysis',
      licence: 'as its page says',
      next: 'get it there (Kaggle wants a login), and unpack it: the CSV file with the column “Purchase Date” is read as it is',
    },
  ],
]);
